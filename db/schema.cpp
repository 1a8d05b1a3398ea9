// SPDX-License-Identifier: Apache-2.0
#include "db/schema.hpp"

#include <array>

#include "core/error.hpp"

namespace ridge::db {
namespace {

constexpr const char* version_1 = R"sql(
CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    name TEXT NOT NULL,
    description TEXT NOT NULL
) STRICT;

CREATE TABLE environment (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
    record TEXT NOT NULL
) STRICT;

CREATE TABLE implementation (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    version TEXT NOT NULL,
    UNIQUE (name, version)
) STRICT;

CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE CHECK (text <> ''),
    operator TEXT NOT NULL CHECK (operator <> '')
) STRICT;
CREATE INDEX call_operator ON call (operator);

CREATE TABLE config (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE,
    parameters TEXT NOT NULL
) STRICT;

CREATE TABLE campaign (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
    device_id INTEGER NOT NULL REFERENCES device (id),
    name TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted')),
    started_at TEXT NOT NULL
) STRICT;

CREATE TABLE import_source (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 64),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    imported_at TEXT NOT NULL
) STRICT;

CREATE TABLE measurement (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
    campaign_id INTEGER REFERENCES campaign (id),
    device_id INTEGER NOT NULL REFERENCES device (id),
    call_id INTEGER NOT NULL REFERENCES call (id),
    implementation_id INTEGER NOT NULL REFERENCES implementation (id),
    config_id INTEGER NOT NULL REFERENCES config (id),
    environment_id INTEGER REFERENCES environment (id),
    import_source_id INTEGER REFERENCES import_source (id),
    cache TEXT NOT NULL CHECK (cache IN ('cold', 'warm')),
    round INTEGER NOT NULL CHECK (round >= 0),
    order_index INTEGER NOT NULL CHECK (order_index >= 0),
    seed INTEGER NOT NULL,
    taken_at TEXT NOT NULL,
    source TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ok', 'invalid', 'wrong', 'failed')),
    reason TEXT NOT NULL,
    stop TEXT NOT NULL,
    discarded INTEGER NOT NULL CHECK (discarded >= 0),
    error REAL CHECK (error >= 0),
    workspace_bytes INTEGER NOT NULL CHECK (workspace_bytes >= 0),
    energy_j REAL CHECK (energy_j > 0),
    clock_before_hz REAL CHECK (clock_before_hz > 0),
    clock_after_hz REAL CHECK (clock_after_hz > 0),
    samples BLOB NOT NULL CHECK (length(samples) = 8 * sample_count),
    sample_count INTEGER NOT NULL CHECK (sample_count >= 0),
    median_s REAL CHECK (median_s > 0),
    low_s REAL CHECK (low_s > 0 AND low_s <= median_s),
    high_s REAL CHECK (high_s >= median_s),
    min_s REAL CHECK (min_s > 0 AND min_s <= low_s),
    max_s REAL CHECK (max_s >= high_s),
    spread REAL CHECK (spread >= 0),
    CHECK (status <> 'ok' OR sample_count > 0),
    CHECK ((status = 'ok') = (median_s IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX measurement_in_campaign ON measurement
    (campaign_id, call_id, implementation_id, config_id, cache, round) WHERE campaign_id IS NOT NULL;
CREATE UNIQUE INDEX measurement_alone ON measurement
    (source, device_id, call_id, implementation_id, config_id, cache, round) WHERE campaign_id IS NULL;
CREATE INDEX measurement_call ON measurement (call_id, device_id);

CREATE TABLE roof (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
    device_id INTEGER NOT NULL REFERENCES device (id),
    environment_id INTEGER REFERENCES environment (id),
    probe TEXT NOT NULL CHECK (probe <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('compute', 'bandwidth')),
    mix TEXT NOT NULL,
    precision TEXT NOT NULL,
    level TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('core', 'socket', 'device')),
    working_set_bytes INTEGER NOT NULL CHECK (working_set_bytes >= 0),
    provenance TEXT NOT NULL CHECK (provenance IN ('measured', 'specified')),
    rate REAL NOT NULL CHECK (rate > 0),
    rate_low REAL NOT NULL CHECK (rate_low > 0 AND rate_low <= rate),
    rate_high REAL NOT NULL CHECK (rate_high >= rate),
    samples BLOB NOT NULL CHECK (length(samples) % 8 = 0),
    source TEXT NOT NULL,
    taken_at TEXT NOT NULL
) STRICT;
CREATE INDEX roof_device ON roof (device_id, probe);

CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE CHECK (uuid <> ''),
    device_id INTEGER NOT NULL REFERENCES device (id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    version INTEGER NOT NULL CHECK (version > 0),
    parameters TEXT NOT NULL,
    fitted_at TEXT NOT NULL,
    UNIQUE (device_id, kind, version)
) STRICT;

CREATE TABLE model_measurement (
    model_id INTEGER NOT NULL REFERENCES model (id),
    measurement_id INTEGER NOT NULL REFERENCES measurement (id),
    PRIMARY KEY (model_id, measurement_id)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* version_2 = R"sql(
ALTER TABLE measurement ADD COLUMN memory_bytes_per_s REAL CHECK (memory_bytes_per_s > 0);
)sql";

constexpr std::array steps_so_far = {Migration{"the first layout", version_1},
                                     Migration{"how fast memory was", version_2}};

std::int64_t version_of(Connection& connection) { return connection.integer("PRAGMA user_version"); }

// Throws unless the file is a store of a version up to `known`, or empty; returns its version. In one
// transaction, since another program may be making the file at this moment.
std::int64_t checked_version(Connection& connection, std::size_t known) {
    const Transaction snapshot(connection, Transaction::Kind::read);
    const auto version = version_of(connection);
    const auto application = connection.integer("PRAGMA application_id");
    const bool empty = connection.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (empty && version == 0 && application == 0) return 0;
    if (application != application_id) fail_foreign(connection.path());
    if (version < 0 || version > static_cast<std::int64_t>(known))
        fail_newer(connection.path(), version, known);
    if (version == 0 || empty) fail_damaged(connection.path(), "its tables are missing");
    return version;
}

std::filesystem::path free_backup_name(const std::filesystem::path& path, std::int64_t version) {
    const std::string base = path.string() + ".v" + std::to_string(version);
    std::filesystem::path name = base + ".bak";
    std::error_code unusable;
    for (int i = 2; std::filesystem::exists(name, unusable); ++i)
        name = base + "." + std::to_string(i) + ".bak";
    if (unusable)
        throw InputError(path.string() + ": its copy from before the change of layout, " + name.string() +
                         ", cannot be made: " + unusable.message());
    return name;
}

// VACUUM INTO instead of a copy of the file: it sees what is still in the -wal file, and is consistent while
// others write.
void back_up(Connection& connection, std::int64_t version) {
    const auto name = free_backup_name(connection.path(), version);
    Statement(connection, "VACUUM INTO ?").bind(name.string()).run();
}

// Returns whether a step was left to do. The version is read again inside: another program may have been
// quicker.
bool take_step(Connection& connection, std::span<const Migration> steps) {
    Transaction transaction(connection, Transaction::Kind::write);
    const auto version = version_of(connection);
    if (version >= static_cast<std::int64_t>(steps.size())) return false;
    connection.execute(steps[static_cast<std::size_t>(version)].sql);
    if (version == 0) connection.execute("PRAGMA application_id = " + std::to_string(application_id));
    if (!connection.text("PRAGMA foreign_key_check").empty())
        throw Error(ExitCode::failed, connection.path().string() + ": the upgrade to version " +
                                          std::to_string(version + 1) +
                                          " would break a reference; the file was left as it was");
    connection.execute("PRAGMA user_version = " + std::to_string(version + 1));
    transaction.commit();
    return true;
}

}  // namespace

std::span<const Migration> migrations() { return steps_so_far; }

void migrate(Connection& connection, std::span<const Migration> steps) {
    const auto version = checked_version(connection, steps.size());
    if (version == static_cast<std::int64_t>(steps.size())) return;
    if (version > 0) back_up(connection, version);
    while (take_step(connection, steps)) continue;
}

void require_current(Connection& connection, std::span<const Migration> steps) {
    const auto version = checked_version(connection, steps.size());
    if (version == static_cast<std::int64_t>(steps.size())) return;
    if (version == 0) fail_foreign(connection.path());
    throw InputError(
        connection.path().string() + " is a store of version " + std::to_string(version) +
        ", this program reads version " + std::to_string(steps.size()) +
        "; open it once for writing ('ridge train', 'ridge tune' or 'ridge import'), which upgrades it");
}

void fail_newer(const std::filesystem::path& path, std::int64_t version, std::size_t known) {
    throw InputError(path.string() + " is a store of version " + std::to_string(version) +
                     ", written by a newer Ridgepoint than this one, " + "which knows versions up to " +
                     std::to_string(known) + "; it was left as it was");
}

void fail_foreign(const std::filesystem::path& path) {
    throw InputError(
        path.string() +
        " is damaged or not a Ridgepoint store (a SQLite file of another program or without tables); " +
        "it was left as it was");
}

}  // namespace ridge::db
