// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ridge::profiler {

/// Energy of the CPU packages by the RAPL counters of Linux (powercap, intel-rapl:N/energy_uj). They are a
/// model or a measurement of the chip's own, not a meter at the wall, and advance about once a millisecond.
class EnergyCounter {
  public:
    /// `root` is "/" but in tests.
    explicit EnergyCounter(const std::filesystem::path& root = "/");

    [[nodiscard]] bool readable() const { return !packages_.empty(); }
    /// Why it is not readable; empty when it is.
    [[nodiscard]] const std::string& reason() const { return reason_; }
    /// Joules since the first reading, wrap-arounds added back; nothing when a counter has become unreadable.
    [[nodiscard]] std::optional<double> total_j();

  private:
    struct Package {
        std::filesystem::path file;
        double range_uj = 0;  // the counter starts again at zero after this; 0: unknown
        double last_uj = 0;
        double total_uj = 0;
    };
    std::vector<Package> packages_;
    std::string reason_;
};

}  // namespace ridge::profiler
