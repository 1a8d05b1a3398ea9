// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/device.hpp"
#include "core/json.hpp"
#include "core/kernel_config.hpp"
#include "core/measurement.hpp"
#include "core/roof.hpp"
#include "core/statistics.hpp"

namespace ridge::db {

enum class Access {
    create,      ///< read and write; a missing file is made
    read_write,  ///< a missing file is an InputError
    read_only,
};

/// One tuning run over a suite on a device.
struct Campaign {
    std::string uuid;
    std::string device;       ///< Device::id
    std::string name;         ///< suite and version, "demo-1"
    Json options;             ///< searcher, seed, budget: what a resume has to repeat
    std::string state;        ///< "running", "finished", "interrupted"
    std::string started_at;   ///< UTC, ISO 8601
};

/// A measurement with all that is needed to understand it.
struct Record {
    std::int64_t id = 0;              ///< in this store; 0 before it is added
    std::string campaign;             ///< uuid; empty for an imported row
    std::string device;               ///< Device::id
    std::string call;                 ///< canonical text
    std::string implementation;
    std::string implementation_version;
    KernelConfig config;
    std::int64_t round = 0;           ///< 0, 1, … when a campaign measures the same configuration again
    std::int64_t order_index = 0;     ///< position in the campaign, over all its measurements
    std::uint64_t seed = 0;
    std::int64_t environment = 0;     ///< from put_environment()
    std::string taken_at;             ///< UTC, ISO 8601
    std::string source;               ///< worker and version, or the imported file
    Measurement measurement;
    std::optional<Summary> summary;   ///< seconds; there when the status is ok
};

/// Every condition that is set has to hold.
struct Filter {
    std::optional<std::string> campaign, device, op, call, implementation;
    std::optional<Status> status;
    std::optional<CacheState> cache;
};

/// A fitted cost model with the measurements it was fitted on.
struct StoredModel {
    std::int64_t id = 0;
    std::string device;
    std::string kind;                 ///< "kernel-analytical"
    std::int64_t version = 0;         ///< counts up for each device and kind
    Json parameters;
    std::vector<std::int64_t> fitted_on;  ///< Record::id
    std::string fitted_at;
};

struct StoredRoof {
    Roof roof;
    std::string device;
    std::int64_t environment = 0;
    std::string taken_at;
};

/// One SQLite file: schema and rules in docs/store.md. Not for use from two threads at once; open one each.
/// Throws InputError for a file that is missing, damaged, no store, or of a newer version (which is left as it was), and
/// EnvironmentError for one that is locked, read-only or on a full disk.
class Store {
  public:
    Store(const std::filesystem::path& path, Access access);
    ~Store();
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;

    void put_device(const Device& device);  ///< inserts, or replaces the description of the same id
    [[nodiscard]] std::vector<Device> devices() const;
    [[nodiscard]] std::optional<Device> device(const std::string& id) const;

    /// Id of this environment record; the same content gets the same id.
    [[nodiscard]] std::int64_t put_environment(const Json& environment);
    [[nodiscard]] Json environment(std::int64_t id) const;

    void put_campaign(const Campaign& campaign);  ///< inserts, or replaces state and options of the same uuid
    [[nodiscard]] std::vector<Campaign> campaigns() const;  ///< newest first
    [[nodiscard]] std::optional<Campaign> campaign(const std::string& uuid) const;

    /// Adds all in one transaction (BEGIN IMMEDIATE). A record whose campaign, call, implementation, config, cache state
    /// and round is there already is left alone. Returns how many were added.
    std::size_t add(std::span<const Record> records);
    /// In the order in which they were added.
    [[nodiscard]] std::vector<Record> measurements(const Filter& filter) const;

    void add_roofs(const std::string& device, std::int64_t environment, std::span<const Roof> roofs);
    /// The newest roof of each probe of a device.
    [[nodiscard]] std::vector<StoredRoof> roofs(const std::string& device) const;

    std::int64_t put_model(const StoredModel& model);  ///< returns its version
    [[nodiscard]] std::optional<StoredModel> newest_model(const std::string& device, const std::string& kind) const;

    /// Copies what `other` has and this has not; returns the measurements added.
    std::size_t merge(const Store& other);

    [[nodiscard]] const std::filesystem::path& path() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The fastest ok record for each call, by median; ties (overlapping intervals) follow in `ties`.
struct BestConfig {
    Record best;
    std::vector<Record> ties;
};
[[nodiscard]] std::vector<BestConfig> best_configs(const std::vector<Record>& records);

/// Now, UTC, ISO 8601 with milliseconds.
[[nodiscard]] std::string timestamp();
/// Random (version 4) UUID.
[[nodiscard]] std::string make_uuid();

}  // namespace ridge::db
