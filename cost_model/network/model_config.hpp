// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"

namespace ridge::cost_model {

enum class Norm { rmsnorm, layernorm };

/// How a position gets into the numbers. ALiBi adds a slope times the distance to the scores, inside
/// attention.
enum class Positions { rope, rope_interleaved, learned, alibi, none };

enum class FeedForward {
    /// down(silu(gate(x)) · up(x)): three linear layers. Gates of gelu count as such: the same bytes, and
    /// arithmetic that no device is bound by.
    gated_silu,
    gelu,  ///< down(gelu(up(x)))
    relu,  ///< down(relu(up(x)))
};

/// Layers whose feed-forward part is a choice of experts, each of them of the gated kind.
struct Experts {
    std::int64_t count = 0;              ///< routed experts
    std::int64_t per_token = 0;          ///< of them chosen for each token
    std::int64_t intermediate_size = 0;  ///< of one expert
    std::int64_t shared = 0;             ///< experts of the same size that every token passes
    std::int64_t dense_layers = 0;       ///< layers that have a common feed-forward part instead
    std::int64_t held = 0;               ///< of the routed experts on one device, 0: all
    std::int64_t shared_size = 0;        ///< features of the shared experts together, 0: as `shared` says

    [[nodiscard]] std::int64_t held_count() const { return held > 0 ? held : count; }
    [[nodiscard]] std::int64_t shared_width() const {
        return shared_size > 0 ? shared_size : shared * intermediate_size;
    }
};

/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): keys and values are made from a latent vector
/// that is cached together with one rotated key for all heads.
struct Latent {
    std::int64_t query_rank = 0;  ///< of the queries' low-rank projection; 0: queries are projected directly
    std::int64_t rank = 0;        ///< elements of the cached latent vector
    std::int64_t rope_dim = 0;    ///< elements of a head that carry the position
    std::int64_t plain_dim = 0;   ///< elements of a query and key head that do not
    std::int64_t value_dim = 0;   ///< elements of a value head
};

/// Attention to the positions that score highest by an index of its own (DeepSeek-V3.2): each head of it
/// compares a query with one cached key a position.
struct PositionIndex {
    std::int64_t heads = 0, head_dim = 0;
    std::int64_t chosen = 0;  ///< positions that are attended to, at most
};

enum class RecurrentKind {
    mamba2,       ///< heads of one decay for a token (Dao and Gu 2024, arXiv 2405.21060)
    mamba1,       ///< channels, each a head of one feature (Gu and Dao 2023, arXiv 2312.00752)
    gated_delta,  ///< keys overwrite what they find in the state (Yang et al. 2024, arXiv 2412.06464)
};

/// Layers that carry a state along a sequence instead of keys and values; each head keeps a matrix of
/// head_dim times state.
struct Recurrent {
    RecurrentKind kind = RecurrentKind::mamba2;
    std::int64_t layers = 0;  ///< that have it, instead of attention
    std::int64_t heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t state = 0;      ///< elements of a state for each of a head's features
    std::int64_t groups = 1;     ///< of heads that share their input and output projections
    std::int64_t filter = 0;     ///< taps of the causal convolution before it
    std::int64_t step_rank = 0;  ///< of the projection that makes Mamba-1's step sizes

    [[nodiscard]] std::int64_t inner() const { return heads * head_dim; }
    [[nodiscard]] std::int64_t convolved() const {
        return kind == RecurrentKind::mamba1 ? inner() : inner() + 2 * groups * state;
    }
};

/// Dimensions of a transformer, by the names of Hugging Face's config.json where there is one.
struct ModelConfig {
    std::string name;          ///< of the file or its folder
    std::string architecture;  ///< "LlamaForCausalLM"
    std::int64_t hidden_size = 0;
    std::int64_t intermediate_size = 0;  ///< of the feed-forward layer
    std::int64_t num_hidden_layers = 0;
    std::int64_t num_attention_heads = 0;
    std::int64_t num_key_value_heads = 0;  ///< num_attention_heads where the file has none
    std::int64_t head_dim = 0;  ///< of queries and keys; hidden_size / heads where the file has none
    std::int64_t vocab_size = 0;
    std::int64_t max_position_embeddings = 0;
    bool tie_word_embeddings = false;  ///< lm_head shares the embedding table

    Norm norm = Norm::rmsnorm;
    Positions positions = Positions::rope;
    FeedForward feed_forward = FeedForward::gated_silu;
    bool causal = true;      ///< false: an encoder, which sees the whole text and generates nothing
    bool fused_qkv = false;  ///< one linear layer for queries, keys and values
    bool qkv_bias = false;
    bool linear_bias = false;      ///< of all other linear layers of the layers
    bool output_bias = false;      ///< of the output projection of attention, beside linear_bias
    bool side_by_side = false;     ///< attention and feed-forward part read the same norm, one sum for both
    bool output_gate = false;      ///< what attention yields is gated, feature by feature, by the query layer
    bool qk_norm = false;          ///< queries and keys are normalised head by head
    bool sandwich_norms = false;   ///< norms behind attention and feed-forward part too
    bool embedding_norm = false;   ///< a norm behind the embedding
    bool final_norm = true;        ///< a norm before lm_head
    std::int64_t token_types = 0;  ///< rows of the table of token types (BERT), 0: none
    std::int64_t window = 0;       ///< positions that attention looks back, 0: all
    std::int64_t window_layers = 0;  ///< that have the window where others see everything; 0: all of them
    std::optional<Experts> experts;
    std::optional<Latent> latent;
    std::optional<Recurrent> recurrent;
    std::optional<PositionIndex> index;  ///< of latent attention

    [[nodiscard]] std::int64_t attention_layers() const {
        return num_hidden_layers - (recurrent ? recurrent->layers : 0);
    }
    /// Of them, those that look back at most `window` positions.
    [[nodiscard]] std::int64_t windowed_layers() const;
    /// Layers with one feed-forward part for all tokens, and layers with experts.
    [[nodiscard]] std::int64_t dense_layers() const;
    [[nodiscard]] std::int64_t expert_layers() const { return num_hidden_layers - dense_layers(); }

    /// Weights of all linear layers of all layers, every expert's included (no biases, norms, embeddings,
    /// lm_head).
    [[nodiscard]] double layer_linear_parameters() const;
    [[nodiscard]] double embedding_parameters() const;  ///< of one table: vocab_size · hidden_size
    [[nodiscard]] double norm_parameters() const;
    /// Biases of linear layers, and tables of positions and token types.
    [[nodiscard]] double other_parameters() const;
    /// All of them; 6,738,415,616 for Llama-2-7B.
    [[nodiscard]] double parameters() const;
};

/// One kind of linear layer of a model: what it maps, and how often it is there.
struct LinearLayer {
    std::string role;  ///< "q_proj"
    std::int64_t outputs = 0, inputs = 0;
    std::int64_t count = 0;    ///< layers of the model that have it
    std::int64_t experts = 1;  ///< in each of them
    bool bias = false;
    bool narrow = true;  ///< takes the format of quantised weights; false: stays as wide as the stream
};

/// What the roles of routed experts begin with.
inline constexpr const char* expert_prefix = "expert_";

/// Every linear layer but lm_head; each role once.
[[nodiscard]] std::vector<LinearLayer> linear_layers(const ModelConfig& model);

/// Throws InputError with file, key and value; an architecture whose graph is not known is refused by name.
[[nodiscard]] ModelConfig model_from_json(const JsonReader& json, std::string name);

/// A transformer of configs/models by name, or a config.json (or a folder that has one) by path.
[[nodiscard]] ModelConfig load_model(const std::string& name_or_path);

}  // namespace ridge::cost_model
