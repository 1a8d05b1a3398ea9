// SPDX-License-Identifier: Apache-2.0
#include "operators/installed_memory.hpp"

#include <unistd.h>

#include "core/error.hpp"
#include "core/units.hpp"

namespace ridge::operators {

void require_memory(const OperatorCall& call, double bytes) {
    const double installed =
        static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    if (bytes > installed)
        throw InputError("operator call '" + call.text() + "' needs about " + capacity(bytes) +
                         " of memory, and " + capacity(installed) +
                         " is installed; a smaller shape would fit");
}

}  // namespace ridge::operators
