// SPDX-License-Identifier: Apache-2.0
#include "db/store.hpp"

#include "core/error.hpp"
#include "db/digest.hpp"
#include "db/file.hpp"
#include "db/state.hpp"

namespace ridge::db {

Store::Store(const std::filesystem::path& path, Access access, const OpenOptions& options)
    : state_(std::make_unique<State>(State{open_file(path, access, options, migrations())})) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

const std::filesystem::path& Store::path() const { return state_->connection->path(); }

Json stored_json(const Connection& connection, const std::string& text) {
    try {
        return Json::parse(text);
    } catch (const Json::exception&) {
        fail_damaged(connection.path(), "a value is not valid JSON");
    }
}

std::int64_t device_row(Connection& connection, const std::string& slug) {
    Statement find(connection, "SELECT id FROM device WHERE slug = ?");
    if (find.bind(slug).step()) return find.row().integer();
    throw InputError(connection.path().string() + ": device '" + slug + "' is not in the store");
}

namespace {

Device device_from(const Connection& connection, const std::string& description) {
    const auto json = stored_json(connection, description);
    return Device::from_json(JsonReader(json, connection.path().string()));
}

}  // namespace

// Read back before it is written, so that what is stored can always be read.
void Store::put_device(const Device& device) {
    const auto json = device.json();
    (void)Device::from_json(JsonReader(json, "device '" + device.id + "'"));
    Transaction transaction(*state_->connection, Transaction::Kind::write);
    Statement put(
        *state_->connection,
        "INSERT INTO device (slug, name, description) VALUES (?, ?, ?)"
        " ON CONFLICT (slug) DO UPDATE SET name = excluded.name, description = excluded.description");
    put.bind(device.id, device.name, to_line(json)).run();
    transaction.commit();
}

std::vector<Device> Store::devices() const {
    std::vector<Device> out;
    Statement all(*state_->connection, "SELECT description FROM device ORDER BY id");
    while (all.step()) out.push_back(device_from(*state_->connection, all.row().text()));
    return out;
}

std::optional<Device> Store::device(const std::string& id) const {
    Statement find(*state_->connection, "SELECT description FROM device WHERE slug = ?");
    if (!find.bind(id).step()) return std::nullopt;
    return device_from(*state_->connection, find.row().text());
}

std::int64_t Store::put_environment(const Json& environment) {
    const auto digest = digest_of(environment);
    Transaction transaction(*state_->connection, Transaction::Kind::write);
    Statement put(*state_->connection,
                  "INSERT INTO environment (digest, record) VALUES (?, ?) ON CONFLICT DO NOTHING");
    put.bind(digest, to_line(environment)).run();
    Statement find(*state_->connection, "SELECT id FROM environment WHERE digest = ?");
    (void)find.bind(digest).step();
    const auto id = find.row().integer();
    find.reset();
    transaction.commit();
    return id;
}

Json Store::environment(std::int64_t id) const {
    Statement find(*state_->connection, "SELECT record FROM environment WHERE id = ?");
    if (find.bind(id).step()) return stored_json(*state_->connection, find.row().text());
    throw InputError(path().string() + ": there is no environment " + std::to_string(id));
}

std::vector<std::string> Store::problems() const {
    std::vector<std::string> out;
    Statement check(*state_->connection, "PRAGMA integrity_check");
    while (check.step()) out.push_back(check.row().text());
    if (out == std::vector<std::string>{"ok"}) out.clear();
    Statement references(*state_->connection,
                         "SELECT \"table\", count(*), parent FROM pragma_foreign_key_check GROUP BY 1, 3");
    while (references.step()) {
        auto row = references.row();
        const auto table = row.text();
        const auto count = row.integer();
        out.push_back(std::to_string(count) + " rows of '" + table + "' refer to missing rows of '" +
                      row.text() + "'");
    }
    return out;
}

}  // namespace ridge::db
