// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cost_model/device_model.hpp"
#include "db/store.hpp"
#include "reports/call_results.hpp"
#include "reports/plot/scene.hpp"
#include "reports/table.hpp"

namespace ridge::reports {

/// What the store knows of one device, read once; tables and charts are made of it.
struct DeviceReport {
    cost_model::DeviceModel model;      ///< device, ceilings, fit
    std::vector<db::StoredRoof> roofs;  ///< newest of each probe
    Json environment =
        Json::object();  ///< of the newest measurement, else of the newest roof; empty without either
    std::string first_taken, last_taken;  ///< UTC, of the measurements; empty without
    std::vector<CallResult> calls;
    std::size_t measurements = 0;  ///< records that are ok
    std::size_t refused = 0;       ///< records that are invalid, wrong or failed
    [[nodiscard]] const Device& device() const { return model.device; }
};

/// Throws InputError when the store has no such device; the message names those that it has.
[[nodiscard]] DeviceReport read_device(const db::Store& store, const std::string& id);

/// Every device of the store that has ok measurements or roofs.
[[nodiscard]] std::vector<DeviceReport> read_devices(const db::Store& store);

/// Results of what one campaign measured, rated against the roofs of its device as read_device() rates
/// them. Throws InputError when the store has no such campaign.
[[nodiscard]] std::vector<CallResult> read_campaign(const db::Store& store, const std::string& uuid);

/// Measured roofs and the data sheet's ceilings.
[[nodiscard]] std::vector<Roof> all_roofs(const DeviceReport& report);
/// The device's roofline with these calls, e.g. a filtered part of report.calls.
[[nodiscard]] plot::Scene roofline_of(const DeviceReport& report, const std::vector<CallResult>& calls);

/// Measured roofs with their interval, and the data sheet's figure beside them.
[[nodiscard]] Table roof_table(const DeviceReport& report);
/// Errors of the fitted kernel model on held-out calls; empty without a model.
[[nodiscard]] Table fit_table(const DeviceReport& report);
/// Name and value of what identifies the device, as found or specified.
[[nodiscard]] Table device_table(const DeviceReport& report);
/// The environment record, one row for each value, nested names joined by dots.
[[nodiscard]] Table environment_table(const DeviceReport& report);

}  // namespace ridge::reports
