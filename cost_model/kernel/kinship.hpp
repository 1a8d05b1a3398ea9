// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cost_model/kernel/group_fit.hpp"

/// What a group with few calls borrows: the parameters of its kin, from all calls of the device through those
/// of its regime, its implementation, its operator and its kinds of sparsity to those of its formats. Each
/// step is fitted with the former as its prior (a hierarchical model, Gelman et al. 2013, chapter 5): what
/// the calls of a step do not tell comes from further relatives.
namespace ridge::cost_model {

/// Calls that a fit may see; a group may have none.
using SeenGroups = std::map<GroupKey, RowPointers>;

/// Groups of fewer calls borrow: theirs are too few for intervals of their own as well.
inline constexpr std::size_t calls_to_stand_alone = 12;

/// Fewest calls of a device that anything is borrowed from.
inline constexpr std::size_t least_calls = 6;

struct Lent {
    KernelParameters parameters;
    const char* by = "";  ///< the nearest kin with calls, for people; empty where there is none
};

class Kinship {
  public:
    explicit Kinship(const SeenGroups& seen);

    /// Without what `left_out` tells of the implementation. Nothing when no other call of it was seen, or
    /// fewer than least_calls of the device.
    [[nodiscard]] std::optional<Lent> lend(const GroupKey& key, const TrainingRow* left_out = nullptr) const;

  private:
    struct Relatives {
        RowPointers rows;
        std::optional<KernelParameters> parameters;
    };
    void gather(const SeenGroups& seen);
    [[nodiscard]] const Relatives* find(const std::string& path) const;

    [[nodiscard]] const char* nearest_kin(const GroupKey& key) const;

    std::map<std::string, Relatives> relatives_;  // by the first words of a group's key
    std::map<GroupKey, std::size_t> own_;         // calls of each group itself
};

}  // namespace ridge::cost_model
