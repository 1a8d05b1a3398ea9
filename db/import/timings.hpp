// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/device.hpp"
#include "core/kernel_config.hpp"
#include "core/operator_call.hpp"
#include "db/import/model_shape.hpp"
#include "db/import/physical_floor.hpp"
#include "db/import/rules.hpp"
#include "db/store.hpp"

/// What the readers of other projects' files make of them. Internal to db/.
namespace ridge::db {

/// One measured time. Units are converted where it is read, nowhere else.
struct Timing {
    OperatorCall call;
    KernelConfig config;
    double time_s = 0;
    std::optional<double> power_w;  ///< mean board power while the call ran again and again
};

/// Thrown by a reader for a row that it can make nothing of: `rule` says why.
class SetAside : public InputError {
  public:
    SetAside(std::string_view rule, const std::string& why) : InputError(why), rule_(rule) {}
    [[nodiscard]] std::string_view rule() const noexcept { return rule_; }

  private:
    std::string_view rule_;  // of import_rules(), which live as long as the program
};

/// Timings of one file on one device. Values of the same call, configuration and implementation are samples
/// of one measurement.
class Timings {
  public:
    /// `floor_device`: nothing when no data sheet is known. `keep`: rules that are switched off.
    Timings(const Device* floor_device, std::set<std::string, std::less<>> keep);

    void set_implementation(std::string name, std::string version);
    [[nodiscard]] const std::string& implementation() const { return implementation_; }
    [[nodiscard]] const std::string& version() const { return version_; }
    void add(const Timing& timing, std::size_t line);
    void set_aside(std::string_view rule, std::size_t line, const std::string& why, std::size_t values = 1);
    [[nodiscard]] bool applies(std::string_view rule) const { return !keep_.contains(rule); }

    /// Looked up once for a file; throws SetAside ("unknown-model") when configs/models has no model of that
    /// name.
    [[nodiscard]] const ModelShape& model_shape(const std::string& name);

    [[nodiscard]] std::size_t values() const { return values_; }
    [[nodiscard]] const AsideCounts& aside() const { return aside_; }

    /// The records, after the rules that look at a whole file; call it once. Throws InputError when three
    /// quarters of the times of its larger calls are below a quarter of the floor, naming the unit that they
    /// seem to be in.
    [[nodiscard]] std::vector<Record> records(const Record& common, const std::string& file);

  private:
    struct Sample {
        double time_s = 0;
        std::optional<double> energy_j;
        std::size_t line = 0;
    };
    struct Group {
        Record record;
        std::vector<Sample> samples;
        PhysicalFloor floor;
    };
    Group& group_of(std::string call, const KernelConfig& config, const PhysicalFloor& floor);
    void check_unit(const std::string& file) const;
    void drop(std::string_view rule, const Group& group, const Sample& sample, const std::string& why);
    void drop_below_floor(Group& group);
    void drop_contradictory(Group& group);

    const Device* device_;
    std::set<std::string, std::less<>> keep_;
    std::string implementation_, version_;
    std::size_t values_ = 0;
    AsideCounts aside_;
    std::vector<Group> groups_;
    std::unordered_map<std::string, std::optional<ModelShape>> models_;  ///< nothing: there is no such model
    std::unordered_map<std::string, std::size_t> by_key_;
    struct Share {
        double floor_s = 0, of_floor = 0;  ///< time over floor
    };
    std::vector<Share> shares_;  ///< where there is a floor
};

}  // namespace ridge::db
