// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cost_model/network/transformer_graph.hpp"

namespace ridge::cost_model {

/// Collects the calls of one pass through a transformer: knows the shapes of its linear layers by role, and
/// which operator and formats a step becomes.
class GraphBuilder {
  public:
    GraphBuilder(const ModelConfig& model, const Pass& pass, const Precisions& precisions);

    enum class Activation { none, gelu, relu };

    /// `count` of 0: no call.
    void add(const std::string& role, const OperatorCall& call, std::int64_t count);
    /// An operator over rows of n elements in the stream's format.
    void by_row(const std::string& role, const std::string& op, std::int64_t rows, std::int64_t n,
                std::int64_t count);
    /// One linear layer of the list, over `rows` rows, with its bias and the activation behind it.
    void linear(const std::string& role, std::int64_t rows, Activation activation = Activation::none);
    /// One linear layer of every expert, over `rows` rows in all.
    void grouped_linear(const std::string& role, std::int64_t rows);
    /// Products of factors that no weights are part of, or weights of each head.
    void batched(const std::string& role, std::int64_t batch, std::int64_t m, std::int64_t n, std::int64_t k,
                 std::int64_t count);
    /// Rows of a table, looked up.
    void lookup(const std::string& role, std::int64_t table_rows);
    /// Activations of linear layers that are stored with scales have to be quantised first.
    void quantise(const std::string& role, std::int64_t rows, std::int64_t n, std::int64_t count);

    [[nodiscard]] const ModelConfig& model() const { return model_; }
    [[nodiscard]] const Pass& pass() const { return pass_; }
    [[nodiscard]] const Precisions& precisions() const { return precisions_; }
    [[nodiscard]] std::int64_t rows() const { return pass_.batch * pass_.new_tokens; }
    /// Rows that this device's experts work on.
    [[nodiscard]] std::int64_t expert_rows() const;
    [[nodiscard]] std::int64_t layers() const { return model_.num_hidden_layers; }
    [[nodiscard]] bool decodes() const { return pass_.new_tokens == 1 && model_.causal; }
    [[nodiscard]] std::vector<NetworkCall> take() { return std::move(calls_); }

  private:
    [[nodiscard]] const LinearLayer& layer(const std::string& role) const;

    const ModelConfig& model_;
    Pass pass_;
    Precisions precisions_;
    std::vector<LinearLayer> linear_layers_;
    std::vector<NetworkCall> calls_;
};

/// From the normalised stream to the output projection, of all layers.
void add_attention(GraphBuilder& graph);
/// Likewise of the layers that carry a state.
void add_recurrent(GraphBuilder& graph, const Recurrent& recurrent);
/// From the normalised stream to the down projection, or what the experts make of it, of all layers.
void add_feed_forward(GraphBuilder& graph);

}  // namespace ridge::cost_model
