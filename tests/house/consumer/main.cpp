// SPDX-License-Identifier: Apache-2.0
#include "db/store.hpp"
#include "operators/catalogue.hpp"

int main() {
    const auto call = ridge::operators::parse_call("gemm m=1 n=4096 k=4096 a=fp32 w=fp32 c=fp32");
    const bool works =
        ridge::operators::work(call).flop == 2.0 * 4096 * 4096 && !ridge::db::make_uuid().empty();
    return works ? 0 : 1;
}
