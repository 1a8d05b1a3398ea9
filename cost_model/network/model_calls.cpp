// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/model_calls.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"

namespace ridge::cost_model {
namespace {

class Distinct {
  public:
    template <typename StateOf>
    void add(const std::vector<NetworkCall>& pass, StateOf state_of) {
        double all = 0;
        for (const auto& one : pass) all += static_cast<double>(one.count);
        for (const auto& one : pass)
            slot(one.call, state_of(one)).share += static_cast<double>(one.count) / all;
        ++passes_;
    }

    [[nodiscard]] std::vector<ModelCall> take() {
        for (auto& one : calls_) one.share /= static_cast<double>(passes_);
        return std::move(calls_);
    }

  private:
    ModelCall& slot(const OperatorCall& call, CacheState cache) {
        const auto [found, is_new] = index_.try_emplace({call.text(), cache}, calls_.size());
        if (is_new) calls_.push_back({.call = call, .cache = cache, .share = 0});
        return calls_[found->second];
    }

    std::vector<ModelCall> calls_;
    std::map<std::pair<std::string, CacheState>, std::size_t> index_;
    std::int64_t passes_ = 0;
};

CacheState cold(const NetworkCall&) { return CacheState::cold; }
CacheState warm(const NetworkCall&) { return CacheState::warm; }

// The head of a decoder sees one row of a prompt, as in a decode step.
CacheState of_prompt(const NetworkCall& one) {
    return one.role == "lm_head" || one.role == "sample" ? CacheState::cold : CacheState::warm;
}

void require(bool some, const char* what) {
    if (!some) throw InputError(std::string("no ") + what + " is given; there should be at least one");
}

void add_decoder(Distinct& out, const ModelConfig& model, const ModelUse& use) {
    require(!use.contexts.empty() || !use.prompts.empty(), "context and no prompt length");
    for (const auto& precisions : use.precisions) {
        for (const auto tokens : use.prompts) {
            auto pass = prefill_pass(1, tokens);
            pass.page = use.page;
            out.add(transformer_calls(model, pass, precisions), of_prompt);
        }
        for (const auto batch : use.batches)
            for (const auto context : use.contexts) {
                auto pass = decode_pass(batch, context);
                pass.page = use.page;
                out.add(transformer_calls(model, pass, precisions), cold);
            }
    }
}

void add_encoder(Distinct& out, const ModelConfig& model, const ModelUse& use) {
    require(!use.prompts.empty(), "text length");
    for (const auto& precisions : use.precisions)
        for (const auto batch : use.batches)
            for (const auto tokens : use.prompts)
                out.add(transformer_calls(model, prefill_pass(batch, tokens), precisions), warm);
}

void add_calls(Distinct& out, const ModelConfig& model, const ModelUse& use) {
    if (model.causal)
        add_decoder(out, model, use);
    else
        add_encoder(out, model, use);
}

void add_calls(Distinct& out, const ResNetConfig& model, const ModelUse& use) {
    for (const auto& precisions : use.precisions)
        for (const auto batch : use.batches) out.add(resnet_calls(model, batch, precisions), warm);
}

}  // namespace

std::vector<ModelCall> model_calls(const Network& network, const ModelUse& use) {
    require(!use.batches.empty(), "batch");
    require(!use.precisions.empty(), "precision");
    Distinct out;
    std::visit([&](const auto& model) { add_calls(out, model, use); }, network);
    return out.take();
}

std::vector<std::int64_t> lengths_within(const Network& network, const std::vector<std::int64_t>& lengths) {
    const auto* model = std::get_if<ModelConfig>(&network);
    if (!model) return lengths;
    std::vector<std::int64_t> out;
    for (const auto length : lengths)
        if (length <= model->max_position_embeddings) out.push_back(length);
    if (out.empty()) out.push_back(model->max_position_embeddings);
    return out;
}

}  // namespace ridge::cost_model
