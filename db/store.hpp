// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
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

struct OpenOptions {
    std::chrono::milliseconds busy_timeout{5000};  ///< how long to wait for another program that is writing
    std::int64_t max_bytes = 0;                    ///< the file's allowance; 0: as much as the disk has
};

/// One tuning run over a suite on a device.
struct Campaign {
    std::string uuid;
    std::string device;      ///< Device::id
    std::string name;        ///< suite and version, "demo-1"
    Json options;            ///< searcher, seed, budget: what a resume has to repeat
    std::string state;       ///< "running", "finished", "interrupted"
    std::string started_at;  ///< UTC, ISO 8601
};

/// A measurement with all that is needed to understand it.
struct Record {
    std::int64_t id = 0;   ///< in this store; 0 before it is added
    std::string campaign;  ///< uuid; empty for an imported row
    std::string device;    ///< Device::id
    std::string call;      ///< canonical text
    std::string implementation;
    std::string implementation_version;
    KernelConfig config;
    std::int64_t round = 0;        ///< 0, 1, … when a campaign measures the same configuration again
    std::int64_t order_index = 0;  ///< position in the campaign, over all its measurements
    std::uint64_t seed = 0;
    std::int64_t environment = 0;  ///< from put_environment()
    std::string taken_at;          ///< UTC, ISO 8601
    std::string source;            ///< worker and version, or the imported file
    Measurement measurement;
    std::optional<Summary> summary;  ///< seconds; there when the status is ok
};

/// Every condition that is set has to hold.
struct Filter {
    std::optional<std::string> campaign = {}, device = {}, op = {}, call = {}, implementation = {};
    std::optional<Status> status = {};
    std::optional<CacheState> cache = {};
    /// Only the one with the least median of the latest_records() of each device, call and cache state,
    /// whatever else is set.
    bool fastest = false;
};

/// A fitted cost model with the measurements it was fitted on.
struct StoredModel {
    std::int64_t id = 0;
    std::string device;
    std::string kind;          ///< "kernel-analytical"
    std::int64_t version = 0;  ///< counts up for each device and kind
    Json parameters;
    std::vector<std::int64_t> fitted_on;  ///< Record::id
    std::string fitted_at;
};

/// A file that measurements were imported from, known by its content.
struct ImportSource {
    std::string name;         ///< of the file, without folder
    std::string kind;         ///< "google-benchmark"
    std::string digest;       ///< SHA-256 of the content, hexadecimal
    std::string imported_at;  ///< UTC, ISO 8601
};

struct StoredRoof {
    Roof roof;
    std::string device;
    std::int64_t environment = 0;
    std::string taken_at;
};

/// One SQLite file: schema and rules in docs/store.md. Not for use from two threads at once; open one each.
/// Throws InputError for a file that is missing, damaged, no store, or of a newer version (which is left as
/// it was), and EnvironmentError for one that is locked, read-only or on a full disk.
class Store {
  public:
    Store(const std::filesystem::path& path, Access access, const OpenOptions& options = {});
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

    /// Adds all in one transaction (BEGIN IMMEDIATE). A record whose campaign, call, implementation, config,
    /// cache state and round is there already is left alone; without a campaign, source and device take its
    /// place. The summary is computed from the samples. Returns how many were added.
    std::size_t add(std::span<const Record> records);
    /// In the order in which they were added.
    [[nodiscard]] std::vector<Record> measurements(const Filter& filter) const;

    /// add() for records from a file, which is noted with them; adds nothing when its content was imported
    /// before.
    std::size_t add_import(const ImportSource& source, std::span<const Record> records);
    [[nodiscard]] std::vector<ImportSource> import_sources() const;

    /// `environment` is 0 for specified roofs.
    void add_roofs(const std::string& device, std::int64_t environment, std::span<const Roof> roofs);
    /// The newest roof of each probe of a device; measured and specified ones side by side.
    [[nodiscard]] std::vector<StoredRoof> roofs(const std::string& device) const;

    std::int64_t put_model(const StoredModel& model);  ///< returns its version
    [[nodiscard]] std::optional<StoredModel> newest_model(const std::string& device,
                                                          const std::string& kind) const;

    /// Copies what `other` has and this has not; returns the measurements added.
    std::size_t merge(const Store& other);

    /// What is wrong with the file, by a full check of pages, rules and references; empty when it is whole.
    /// SQLite knows the rules (CHECK) of a file only where it is opened for writing.
    [[nodiscard]] std::vector<std::string> problems() const;

    [[nodiscard]] const std::filesystem::path& path() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What counts of records of the same device, call, cache state, implementation, version and configuration:
/// the latest, by taken_at, then round, then place, if it is ok; one that was wrong or failed in the end
/// counts for nothing. The least of several medians would be a lucky one. Wants records of every status.
/// Every choice of a best configuration starts from these. Pointers into `records`, in their order.
[[nodiscard]] std::vector<const Record*> latest_records(const std::vector<Record>& records);
void latest_records(std::vector<Record>&& records) = delete;

/// The fastest of the latest_records() for each call, by median; those of other configurations whose interval
/// overlaps its own follow in `ties`, fastest first. Records of different devices or cache states do not
/// compete.
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
