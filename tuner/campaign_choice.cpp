// SPDX-License-Identifier: Apache-2.0
#include "tuner/campaign_choice.hpp"

#include <filesystem>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"

namespace ridge::tuner {
namespace {

std::string known_campaigns(const std::vector<db::Campaign>& campaigns) {
    std::vector<std::string> shown;
    for (const auto& campaign : campaigns)
        shown.push_back(campaign.uuid + " (" + campaign.name + ", " + campaign.state + ")");
    return shown.empty() ? "it has no campaign" : "it has: " + join(shown, ", ");
}

}  // namespace

db::Campaign find_campaign(const db::Store& store, const std::string& uuid) {
    const auto all = store.campaigns();
    std::vector<db::Campaign> matching;
    for (const auto& campaign : all)
        if (uuid.empty() ? campaign.state != "finished" : campaign.uuid.starts_with(uuid))
            matching.push_back(campaign);
    if (matching.size() == 1 || (uuid.empty() && !matching.empty())) return matching.front();
    const auto what = uuid.empty()       ? "there is no unfinished campaign to resume"
                      : matching.empty() ? "there is no campaign '" + uuid + "'"
                                         : "there is more than one campaign '" + uuid + "…'";
    throw InputError(store.path().string() + ": " + what + "; " + known_campaigns(all));
}

void refuse_changed_suite(const Suite& stored, const std::string& uuid) {
    std::error_code error;
    if (stored.path.empty() || !std::filesystem::exists(stored.path, error)) return;
    const auto changed = difference(load_suite(stored.path.string()), stored);
    if (!changed.empty())
        throw InputError("campaign " + uuid + " cannot be resumed: " + stored.path.string() +
                         " has changed since: " + changed + "; begin a new campaign");
}

}  // namespace ridge::tuner
