// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/device.hpp"
#include "cost_model/ceilings.hpp"
#include "cost_model/economy/prices.hpp"
#include "cost_model/kernel/kernel_model.hpp"
#include "cost_model/kernel/transfer.hpp"
#include "cost_model/kernel/transfer_widths.hpp"
#include "cost_model/placement/topology.hpp"
#include "db/store.hpp"

namespace ridge::cost_model {

/// Everything the cost model knows of a device.
struct DeviceModel {
    Device device;
    Ceilings ceilings;
    std::map<std::string, db::Record>
        measured;                        ///< the fastest ok record of each call, cold where there is one
    std::optional<KernelModel> kernels;  ///< fitted parameters
    /// Other devices' kernels on this one's ceilings, for calls that neither of the two above knows.
    std::shared_ptr<const Transfer> transfer = {};
    TransferWidths transfer_widths = {};
    /// The device with the kernels of configs/fitted, whom networks ask first (shipped_kernels.hpp); null:
    /// not asked.
    std::shared_ptr<const DeviceModel> shipped = {};
    std::optional<RentalPrice> price;       ///< default rental price
    std::optional<PurchasePrice> purchase;  ///< default price to own
    std::string architecture;               ///< "hopper", "ada" …; empty where it is not known
    std::optional<double> process_nm;       ///< name of the manufacturing process, as the data sheet has it

    /// What sparse weights gain in arithmetic on the data sheet: kind of sparsity and the largest ratio of
    /// dense to executed FLOP; a device without gives sparse calls their dense time, block sparsity excepted.
    std::string sparsity_pattern;  ///< "2:4", "unstructured", or empty
    double sparsity_max_ratio = 1;

    std::vector<Interconnect> interconnect;  ///< ways to other devices, of the data sheet

    /// Shares of the ceilings that calls without measurement and fit are taken to achieve; 1 is the roofline
    /// itself.
    double compute_efficiency = 1;
    double memory_efficiency = 1;

    /// Whether times of unmeasured calls are the bare roofline: least times, so that tokens/s are an upper
    /// bound.
    [[nodiscard]] bool is_bound() const { return compute_efficiency == 1 && memory_efficiency == 1; }
};

/// A device of configs/devices by id, or of a file by path; throws InputError with the nearest id.
[[nodiscard]] DeviceModel load_device(const std::string& id_or_path);

/// A device that the store has, with its measured roofs, best records and newest fitted model; nothing when
/// it has none of that id. Figures that it could not measure come from configs/devices when the id is there
/// too.
[[nodiscard]] std::optional<DeviceModel> load_measured_device(const db::Store& store, const std::string& id);

/// load_measured_device(), or else load_device().
[[nodiscard]] DeviceModel load_device(const db::Store& store, const std::string& id_or_path);

/// Puts parts together; `records` may be of any device and status, what does not fit is left out.
[[nodiscard]] DeviceModel make_device_model(const Device& device, const std::vector<Roof>& roofs,
                                            const std::vector<db::Record>& records,
                                            std::optional<KernelModel> kernels);

/// Gives a device what configs/fitted knows: its own shipped kernels where the store has none, and those of
/// the other devices to transfer from; measurements of a device without kernels of its own calibrate the
/// transfer.
void add_fitted(DeviceModel& device);
/// The same for one call: of the other devices' kernels those of its operator alone, and none where the
/// device's own know the call.
void add_fitted(DeviceModel& device, const OperatorCall& call);

/// The ways to other devices that the catalogue gives; nothing for processors and what it does not have.
[[nodiscard]] std::optional<std::vector<Interconnect>> known_links(const Device& device);

/// What a transfer from other devices needs of one.
[[nodiscard]] DeviceFacts facts_of(const DeviceModel& device);

/// Sets the efficiencies; throws InputError unless both are in (0, 1].
void set_efficiencies(DeviceModel& device, double compute, double memory);

}  // namespace ridge::cost_model
