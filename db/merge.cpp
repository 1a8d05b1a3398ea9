// SPDX-License-Identifier: Apache-2.0
#include <system_error>

#include "db/models.hpp"
#include "db/roofs.hpp"
#include "db/state.hpp"

namespace ridge::db {
namespace {

// Rows of a table that have a key of their own and refer to nothing but perhaps a device; `select` gives the
// values in the order in which `insert` takes them.
struct PlainTable {
    const char* select;
    int columns;
    const char* insert;
};

// A device or campaign that both files have keeps the description of this one.
constexpr PlainTable plain_tables[] = {
    {"SELECT slug, name, description FROM device ORDER BY id", 3,
     "INSERT INTO device (slug, name, description) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"},
    {"SELECT digest, record FROM environment ORDER BY id", 2,
     "INSERT INTO environment (digest, record) VALUES (?, ?) ON CONFLICT DO NOTHING"},
    {"SELECT digest, name, kind, imported_at FROM import_source ORDER BY id", 4,
     "INSERT INTO import_source (digest, name, kind, imported_at) VALUES (?, ?, ?, ?) ON CONFLICT DO "
     "NOTHING"},
    {"SELECT c.uuid, d.slug, c.name, c.options, c.state, c.started_at FROM campaign c JOIN device d ON d.id "
     "= c.device_id"
     " ORDER BY c.id",
     6,
     "INSERT INTO campaign (uuid, device_id, name, options, state, started_at)"
     " SELECT ?1, id, ?3, ?4, ?5, ?6 FROM device WHERE slug = ?2 ON CONFLICT DO NOTHING"},
};

void copy(Connection& from, Connection& to, const PlainTable& table) {
    Statement select(from, table.select);
    Statement insert(to, table.insert);
    while (select.step()) {
        auto row = select.row();
        insert.reset();
        for (int i = 0; i < table.columns; ++i) insert.append(row.text());
        insert.run();
    }
}

// Ids of the other file -> ids of this one.
using Ids = std::map<std::int64_t, std::int64_t>;

Ids environment_ids(Connection& from, Connection& to) {
    Ids ids = {{0, 0}};
    Statement select(from, "SELECT id, digest FROM environment");
    Statement find(to, "SELECT id FROM environment WHERE digest = ?");
    while (select.step()) {
        auto row = select.row();
        const auto id = row.integer();
        if (find.bind(row.text()).step()) ids[id] = find.row().integer();
    }
    return ids;
}

// What a row refers to has to be there, unless the file is damaged.
std::int64_t mine(const Ids& ids, std::int64_t theirs, const Connection& from, const char* what) {
    const auto found = ids.find(theirs);
    if (found == ids.end())
        fail_damaged(from.path(), std::string("a row refers to ") + what + " " + std::to_string(theirs) +
                                      ", which is not there");
    return found->second;
}

struct MergedRecords {
    std::size_t added = 0;
    Ids ids;
};

MergedRecords copy_records(Connection& from, Connection& to, const Ids& environments) {
    MergedRecords merged;
    RecordWriter writer(to);
    for_each_record(from, {}, [&](const StoredRecord& stored) {
        auto copied = stored;
        copied.record.environment = mine(environments, stored.record.environment, from, "environment");
        merged.added += writer.add(copied) ? 1U : 0U;
        merged.ids[stored.record.id] = writer.id_of(copied);
    });
    return merged;
}

void copy_models(Connection& from, Connection& to, const Ids& measurements) {
    for_each_model(from, [&](IdentifiedModel model) {
        for (auto& id : model.stored.fitted_on) id = mine(measurements, id, from, "measurement");
        add_model(to, model);
    });
}

}  // namespace

std::size_t Store::merge(const Store& other) {
    std::error_code ignored;
    if (std::filesystem::equivalent(path(), other.path(), ignored)) return 0;
    auto& from = *other.state_->connection;
    auto& to = *state_->connection;
    Transaction snapshot(from, Transaction::Kind::read);
    Transaction transaction(to, Transaction::Kind::write);
    for (const auto& table : plain_tables) copy(from, to, table);
    const auto environments = environment_ids(from, to);
    const auto records = copy_records(from, to, environments);
    for_each_roof(from, [&](IdentifiedRoof roof) {
        roof.stored.environment = mine(environments, roof.stored.environment, from, "environment");
        add_roof(to, roof);
    });
    copy_models(from, to, records.ids);
    transaction.commit();
    return records.added;
}

}  // namespace ridge::db
