// SPDX-License-Identifier: Apache-2.0
#include "cost_model/network/resnet.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "cost_model/network/architectures.hpp"
#include "cost_model/network/config_keys.hpp"
#include "operators/catalogue.hpp"
#include "operators/gemm/gemm_call.hpp"

namespace ridge::cost_model {
namespace {

constexpr std::int64_t side_limit = std::int64_t{1} << 16;
constexpr std::int64_t narrowing = 4;  // of a bottleneck block's inner convolutions (He et al. 2015, table 1)

struct Convolution {
    std::string role;
    std::int64_t side = 0;  ///< pixels of the square input
    std::int64_t channels = 0, features = 0, kernel = 0, stride = 0;
    bool ends_block = false;  ///< its result is added to the block's input

    [[nodiscard]] std::int64_t side_after() const { return (side + stride - 1) / stride; }
};

std::int64_t pooled(std::int64_t side) { return (side + 1) / 2; }

std::vector<Convolution> block(const ResNetConfig& model, const std::string& stage, std::int64_t side,
                               std::int64_t channels, std::int64_t features, std::int64_t stride) {
    const auto inner = features / narrowing;
    const auto first = model.halves_in_first_conv ? stride : 1;
    std::vector<Convolution> out;
    if (channels != features || stride != 1)
        out.push_back({stage + "shortcut", side, channels, features, 1, stride});
    out.push_back({stage + "reduce", side, channels, inner, 1, first});
    out.push_back({stage + "convolve", out.back().side_after(), inner, inner, 3, stride / first});
    out.push_back({stage + "expand", out.back().side_after(), inner, features, 1, 1, true});
    return out;
}

std::vector<Convolution> convolutions(const ResNetConfig& model) {
    std::vector<Convolution> out = {
        {"stem", model.image_size, model.num_channels, model.embedding_size, 7, 2}};
    auto side = pooled(out.back().side_after());
    auto channels = model.embedding_size;
    for (std::size_t stage = 0; stage < model.depths.size(); ++stage) {
        const auto features = model.hidden_sizes[stage];
        for (std::int64_t i = 0; i < model.depths[stage]; ++i) {
            const bool halves = i == 0 && (stage > 0 || model.halves_first_stage);
            const auto layers = block(model, "stage" + std::to_string(stage + 1) + "_", side, channels,
                                      features, halves ? 2 : 1);
            out.insert(out.end(), layers.begin(), layers.end());
            side = out.back().side_after();
            channels = features;
        }
    }
    return out;
}

class ImageGraph {
  public:
    ImageGraph(std::int64_t batch, const Precisions& precisions) : batch_(batch), precisions_(precisions) {}

    void convolve(const Convolution& one) {
        add(one.role,
            {"conv2d",
             {{"batch", batch_},
              {"height", one.side},
              {"width", one.side},
              {"channels", one.channels},
              {"features", one.features},
              {"kernel", one.kernel},
              {"stride", one.stride}},
             {{"x", precisions_.activations}, {"w", precisions_.weights}, {"y", precisions_.linear_result()}},
             {}});
    }

    void pool(std::int64_t side, std::int64_t channels) {
        add("max_pool", {"max_pool2d",
                         {{"batch", batch_},
                          {"height", side},
                          {"width", side},
                          {"channels", channels},
                          {"kernel", 3},
                          {"stride", 2}},
                         {{"x", precisions_.stream()}},
                         {}});
    }

    void add_residual(const Convolution& last) {
        const auto stage = last.role.substr(0, last.role.find('_'));
        add(stage + "_residual", {"residual_add",
                                  {{"rows", batch_ * last.side * last.side}, {"n", last.features}},
                                  {{"x", precisions_.stream()}},
                                  {}});
    }

    void classify(std::int64_t labels, std::int64_t features) {
        add("classifier",
            {"gemm_bias",
             {{"m", batch_}, {"n", labels}, {"k", features}},
             {{"a", precisions_.stream()}, {"w", precisions_.head()}, {"c", precisions_.stream()}},
             {}});
    }

    std::vector<NetworkCall> calls() { return std::move(calls_); }

  private:
    // Equal blocks of a stage are one entry.
    void add(const std::string& role, const OperatorCall& call) {
        NetworkCall one{role, operators::canonical(call), 1};
        const auto same = std::ranges::find_if(
            calls_, [&](const NetworkCall& other) { return other.role == role && other.call == one.call; });
        if (same == calls_.end())
            calls_.push_back(std::move(one));
        else
            ++same->count;
    }

    std::int64_t batch_;
    Precisions precisions_;
    std::vector<NetworkCall> calls_;
};

std::vector<std::int64_t> sizes(const JsonReader& json, std::int64_t limit) {
    std::vector<std::int64_t> out;
    for (const auto& item : json.items()) {
        out.push_back(item.integer());
        if (out.back() < 1 || out.back() > limit)
            item.fail("a whole number between 1 and " + std::to_string(limit));
    }
    if (out.empty()) json.fail("a list of at least one number");
    return out;
}

// Image classifiers seldom have num_labels in the file; Hugging Face counts the names of the labels.
std::int64_t labels_of(const JsonReader& json) {
    if (json.has("id2label") && !json.has("num_labels"))
        return std::max<std::int64_t>(1, static_cast<std::int64_t>(json.at("id2label").members().size()));
    return dimension(json, "num_labels", width_limit);
}

double real(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

double ResNetConfig::parameters() const {
    double sum = (real(hidden_sizes.back()) + 1.0) * real(num_labels);
    for (const auto& one : convolutions(*this))
        sum += real(one.features) * (real(one.kernel * one.kernel) * real(one.channels) + 2.0);
    return sum;
}

ResNetConfig resnet_from_json(const JsonReader& json, std::string name) {
    ResNetConfig model;
    model.name = std::move(name);
    model.architecture = architecture_of(json);
    require_word(json, "layer_type", {"bottleneck"});
    require_word(json, "hidden_act", {"relu"});
    model.image_size = dimension_or(json, "image_size", side_limit, 224);
    model.num_channels = dimension(json, "num_channels", head_limit);
    model.embedding_size = dimension(json, "embedding_size", head_limit);
    model.hidden_sizes = sizes(json.at("hidden_sizes"), head_limit);
    model.depths = sizes(json.at("depths"), layer_limit);
    if (model.depths.size() != model.hidden_sizes.size())
        json.at("depths").fail("as many numbers as hidden_sizes has");
    for (const auto size : model.hidden_sizes)
        if (size % narrowing != 0) json.at("hidden_sizes").fail("multiples of 4");
    model.num_labels = labels_of(json);
    model.halves_first_stage = flag_or(json, "downsample_in_first_stage", false);
    model.halves_in_first_conv = flag_or(json, "downsample_in_bottleneck", false);
    return model;
}

std::vector<NetworkCall> resnet_calls(const ResNetConfig& model, std::int64_t batch,
                                      const Precisions& precisions) {
    constexpr std::int64_t batch_limit = 1 << 20;
    if (batch < 1 || batch > batch_limit)
        throw InputError("batch is " + std::to_string(batch) + ", should be between 1 and 2^20");
    ImageGraph graph(batch, precisions);
    const auto layers = convolutions(model);
    for (const auto& one : layers) {
        graph.convolve(one);
        if (&one == &layers.front()) graph.pool(one.side_after(), one.features);
        if (one.ends_block) graph.add_residual(one);
    }
    graph.classify(model.num_labels, model.hidden_sizes.back());
    return graph.calls();
}

}  // namespace ridge::cost_model
