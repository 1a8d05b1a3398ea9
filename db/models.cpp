// SPDX-License-Identifier: Apache-2.0
#include "db/models.hpp"

#include <set>

#include "core/error.hpp"

namespace ridge::db {
namespace {

constexpr const char* select_models = R"sql(
SELECT m.uuid, m.id, d.slug, m.kind, m.version, m.parameters, m.fitted_at
FROM model m JOIN device d ON d.id = m.device_id)sql";

std::vector<std::int64_t> fitted_on(Connection& connection, std::int64_t model) {
    std::vector<std::int64_t> out;
    Statement select(
        connection,
        "SELECT measurement_id FROM model_measurement WHERE model_id = ? ORDER BY measurement_id");
    select.bind(model);
    while (select.step()) out.push_back(select.row().integer());
    return out;
}

IdentifiedModel model_from(Connection& connection, Row row) {
    IdentifiedModel out;
    out.uuid = row.text();
    out.stored.id = row.integer();
    out.stored.device = row.text();
    out.stored.kind = row.text();
    out.stored.version = row.integer();
    out.stored.parameters = stored_json(connection, row.text());
    out.stored.fitted_at = row.text();
    out.stored.fitted_on = fitted_on(connection, out.stored.id);
    return out;
}

void link(Connection& connection, std::int64_t model, const std::vector<std::int64_t>& measurements) {
    Statement exists(connection, "SELECT 1 FROM measurement WHERE id = ?");
    Statement put(connection, "INSERT INTO model_measurement (model_id, measurement_id) VALUES (?, ?)");
    for (const auto id : std::set(measurements.begin(), measurements.end())) {
        if (!exists.bind(id).step())
            throw InputError(connection.path().string() + ": a model names measurement " +
                             std::to_string(id) + ", which is not in the store");
        put.bind(model, id).run();
    }
}

}  // namespace

std::int64_t add_model(Connection& connection, const IdentifiedModel& one) {
    const auto& model = one.stored;
    const auto device = device_row(connection, model.device);
    Statement newest(connection,
                     "SELECT coalesce(max(version), 0) FROM model WHERE device_id = ? AND kind = ?");
    (void)newest.bind(device, model.kind).step();
    const auto version = newest.row().integer() + 1;
    Statement put(
        connection,
        "INSERT INTO model (uuid, device_id, kind, version, parameters, fitted_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (uuid) DO NOTHING");
    put.bind(one.uuid, device, model.kind, version, to_line(model.parameters),
             model.fitted_at.empty() ? timestamp() : model.fitted_at)
        .run();
    if (connection.changes() == 0) return 0;
    link(connection, connection.last_id(), model.fitted_on);
    return version;
}

void for_each_model(Connection& connection, const std::function<void(const IdentifiedModel&)>& visit) {
    Statement select(connection, std::string(select_models) + " ORDER BY m.device_id, m.kind, m.version");
    while (select.step()) visit(model_from(connection, select.row()));
}

std::int64_t Store::put_model(const StoredModel& model) {
    Transaction transaction(*state_->connection, Transaction::Kind::write);
    const auto version = add_model(*state_->connection, {make_uuid(), model});
    transaction.commit();
    return version;
}

std::optional<StoredModel> Store::newest_model(const std::string& device, const std::string& kind) const {
    Statement select(
        *state_->connection,
        std::string(select_models) +
            " WHERE d.slug = ? AND m.kind = ? ORDER BY m.fitted_at DESC, m.version DESC LIMIT 1");
    if (!select.bind(device, kind).step()) return std::nullopt;
    return model_from(*state_->connection, select.row()).stored;
}

}  // namespace ridge::db
