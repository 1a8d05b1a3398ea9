// SPDX-License-Identifier: Apache-2.0
#include "core/error.hpp"
#include "db/state.hpp"

namespace ridge::db {
namespace {

constexpr const char* select_campaigns =
    "SELECT c.uuid, d.slug, c.name, c.options, c.state, c.started_at FROM campaign c JOIN device d ON d.id = "
    "c.device_id";

Campaign campaign_from(const Connection& connection, Row row) {
    Campaign campaign;
    campaign.uuid = row.text();
    campaign.device = row.text();
    campaign.name = row.text();
    campaign.options = stored_json(connection, row.text());
    campaign.state = row.text();
    campaign.started_at = row.text();
    return campaign;
}

}  // namespace

void Store::put_campaign(const Campaign& campaign) {
    auto& connection = *state_->connection;
    Transaction transaction(connection, Transaction::Kind::write);
    const auto started_at = campaign.started_at.empty() ? timestamp() : campaign.started_at;
    Statement put(
        connection,
        "INSERT INTO campaign (uuid, device_id, name, options, state, started_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (uuid) DO UPDATE SET options = excluded.options, state = excluded.state");
    put.bind(campaign.uuid, device_row(connection, campaign.device), campaign.name, to_line(campaign.options),
             campaign.state, started_at)
        .run();
    transaction.commit();
}

std::vector<Campaign> Store::campaigns() const {
    std::vector<Campaign> out;
    Statement all(*state_->connection,
                  std::string(select_campaigns) + " ORDER BY c.started_at DESC, c.id DESC");
    while (all.step()) out.push_back(campaign_from(*state_->connection, all.row()));
    return out;
}

std::optional<Campaign> Store::campaign(const std::string& uuid) const {
    Statement find(*state_->connection, std::string(select_campaigns) + " WHERE c.uuid = ?");
    if (!find.bind(uuid).step()) return std::nullopt;
    return campaign_from(*state_->connection, find.row());
}

}  // namespace ridge::db
