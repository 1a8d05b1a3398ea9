// SPDX-License-Identifier: Apache-2.0
#include "db/roofs.hpp"
#include "core/error.hpp"

namespace ridge::db {
namespace {

// "Newest" goes by the time, not by the id: rows that a merge brings come later than they were taken.
constexpr const char* select_roofs = R"sql(
SELECT r.uuid, d.slug, r.environment_id, r.taken_at, r.kind, r.mix, r.precision, r.level, r.working_set_bytes, r.scope,
       r.provenance, r.rate, r.rate_low, r.rate_high, r.samples, r.source
FROM roof r JOIN device d ON d.id = r.device_id)sql";

constexpr const char* only_newest = R"sql(
WHERE d.slug = ? AND NOT EXISTS (
    SELECT 1 FROM roof n WHERE n.device_id = r.device_id AND n.probe = r.probe AND n.provenance = r.provenance
    AND (n.taken_at, n.id) > (r.taken_at, r.id)) ORDER BY r.probe, r.provenance)sql";

RoofProbe probe_from(Row& row) {
    RoofProbe probe;
    probe.kind = row.text() == "compute" ? RoofProbe::Kind::compute : RoofProbe::Kind::bandwidth;
    probe.mix = row.text();
    probe.precision = parse_precision(row.text());
    probe.level = row.text();
    probe.working_set_bytes = row.integer();
    probe.scope = row.text();
    return probe;
}

IdentifiedRoof roof_from(Row row) {
    IdentifiedRoof out;
    out.uuid = row.text();
    out.stored.device = row.text();
    out.stored.environment = row.integer();
    out.stored.taken_at = row.text();
    auto& roof = out.stored.roof;
    roof.probe = probe_from(row);
    roof.provenance = parse_provenance(row.text());
    roof.rate = row.real();
    roof.rate_low = row.real();
    roof.rate_high = row.real();
    roof.samples = samples_from(row.blob());
    roof.source = row.text();
    return out;
}

void visit_roofs(Connection& connection, Statement& select,
                 const std::function<void(const IdentifiedRoof&)>& visit) {
    while (select.step()) {
        IdentifiedRoof roof;
        try {
            roof = roof_from(select.row());
        } catch (const InputError& error) {
            fail_damaged(connection.path(), error.what());
        }
        visit(roof);
    }
}

}  // namespace

bool add_roof(Connection& connection, const IdentifiedRoof& one) {
    const auto& [roof, device, environment, taken_at] = one.stored;
    const auto& probe = roof.probe;
    Statement put(connection, R"sql(
        INSERT INTO roof (uuid, device_id, environment_id, probe, kind, mix, precision, level, scope, working_set_bytes,
                          provenance, rate, rate_low, rate_high, samples, source, taken_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING)sql");
    put.bind(one.uuid, device_row(connection, device),
             environment == 0 ? std::nullopt : std::optional(environment), probe.text(),
             probe.kind == RoofProbe::Kind::compute ? "compute" : "bandwidth", probe.mix,
             name(probe.precision), probe.level, probe.scope, probe.working_set_bytes, name(roof.provenance),
             roof.rate, roof.rate_low, roof.rate_high, sample_bytes(roof.samples), roof.source, taken_at);
    put.run();
    return connection.changes() > 0;
}

void for_each_roof(Connection& connection, const std::function<void(const IdentifiedRoof&)>& visit) {
    Statement select(connection, std::string(select_roofs) + " ORDER BY r.id");
    visit_roofs(connection, select, visit);
}

void Store::add_roofs(const std::string& device, std::int64_t environment, std::span<const Roof> roofs) {
    Transaction transaction(*state_->connection, Transaction::Kind::write);
    const auto now = timestamp();
    for (const auto& roof : roofs)
        add_roof(*state_->connection, {make_uuid(), {roof, device, environment, now}});
    transaction.commit();
}

std::vector<StoredRoof> Store::roofs(const std::string& device) const {
    std::vector<StoredRoof> out;
    Statement select(*state_->connection, std::string(select_roofs) + only_newest);
    select.bind(device);
    visit_roofs(*state_->connection, select, [&](const IdentifiedRoof& roof) { out.push_back(roof.stored); });
    return out;
}

}  // namespace ridge::db
