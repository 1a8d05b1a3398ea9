// SPDX-License-Identifier: Apache-2.0
#include "reports/metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/units.hpp"

namespace ridge::reports {
namespace {

std::string seconds(double value) { return quantity(value, "s"); }
std::string flop_rate(double value) { return quantity(value, "FLOP/s"); }
std::string byte_rate(double value) { return quantity(value, "B/s"); }
std::string bytes(double value) { return quantity(value, "B"); }
std::string flop(double value) { return quantity(value, "FLOP"); }
std::string joules(double value) { return quantity(value, "J"); }
std::string watts(double value) { return quantity(value, "W"); }
std::string hertz(double value) { return quantity(value, "Hz"); }
std::string rate(double value) { return quantity(value, "/s"); }
std::string tokens_rate(double value) { return significant(value) + " tok/s"; }
std::string intensity(double value) { return significant(value) + " FLOP/B"; }
std::string share(double value) { return percent(value); }
std::string times(double value) { return significant(value) + "×"; }
std::string count(double value) { return number_text(std::round(value)); }
std::string binary_bytes(double value) { return capacity(value); }
std::string plain(double value) { return significant(value); }

std::string money(double value) {
    const double magnitude = std::abs(value);
    return "$" + (magnitude >= 0.995 && magnitude < 1000 ? significant(value, magnitude >= 100  ? 5
                                                                              : magnitude >= 10 ? 4
                                                                                                : 3)
                                                         : significant(value, 3));
}
std::string money_per_hour(double value) { return money(value) + "/h"; }
std::string money_per_kwh(double value) { return money(value) + "/kWh"; }

constexpr auto text = nullptr;

constexpr auto registry = std::to_array<Metric>({
    {"number", "#", "", count, "Number of the point in the roofline chart."},
    {"name", "Name", "", text, "What the row is about."},
    {"value", "Value", "", text, "The value as recorded."},
    {"device", "Device", "", text, "The device that was measured, or whose data sheet was used."},
    {"call", "Call", "", text,
     "Operator with shape, precision of each operand and sparsity: the key of a measurement everywhere."},
    {"operator", "Operator", "", text, "The operator of a call, e.g. gemm."},
    {"shape", "Shape", "", text, "Dimensions of the call."},
    {"precision", "Precision", "", text, "Precision of the multiplications; it selects the compute roof."},
    {"sparsity", "Sparsity", "", text, "Structure of the zeros: dense, N:M, block or unstructured."},
    {"implementation", "Implementation", "", text,
     "Kernel family that ran the call: one of ours, or a vendor's library."},
    {"config", "Configuration", "", text, "Values of the implementation's tunable parameters."},
    {"cache", "Cache", "", text,
     "cold: operands flushed out of the caches before each run; warm: left in them."},
    {"provenance", "Provenance", "", text,
     "measured on the device, predicted (from measurements of other calls or measured roofs), or specified "
     "(a data sheet took part)."},
    {"status", "Status", "", text,
     "ok, invalid (does not fit), wrong (result misses the reference) or failed."},
    {"reason", "Reason", "", text, "Why there is no number."},
    {"time_s", "Time", "s", seconds, "Median time of one execution over the samples."},
    {"time_low_s", "Time, low", "s", seconds, "Lower end of the 95 % interval of the median time."},
    {"time_high_s", "Time, high", "s", seconds, "Upper end of the 95 % interval of the median time."},
    {"samples", "Samples", "", count, "Timed executions behind the median."},
    {"spread", "Spread", "", share, "Interquartile range of the samples over their median."},
    {"flop", "Work", "FLOP", flop,
     "Floating-point (or integer) operations that the call has to do; a multiply-add is two."},
    {"bytes", "Traffic", "B", bytes,
     "Compulsory traffic with the outermost memory: every operand once, indices of sparse formats included."},
    {"intensity_flop_per_byte", "Intensity", "FLOP/B", intensity,
     "Arithmetic intensity: operations over bytes of compulsory traffic with the outermost memory."},
    {"flop_rate", "Performance", "FLOP/s", flop_rate, "Operations over the median time."},
    {"flop_rate_low", "Performance, low", "FLOP/s", flop_rate,
     "Operations over the upper end of the time's interval."},
    {"flop_rate_high", "Performance, high", "FLOP/s", flop_rate,
     "Operations over the lower end of the time's interval."},
    {"byte_rate", "Bandwidth", "B/s", byte_rate, "Compulsory traffic over the median time."},
    {"roof_share", "Of roof", "", share,
     "Share of the attainable rate: performance over the lower of the compute roof and intensity times the "
     "bandwidth roof."},
    {"roof", "Roof", "", text,
     "The roof that the share refers to, and whether it was measured or specified."},
    {"limiter", "Limited by", "", text,
     "Which roof is the lower one at the call's intensity: memory or compute."},
    {"gain", "Over default", "", times,
     "Time of the implementation's default configuration over the time of the best one."},
    {"ties", "Ties", "", count,
     "Other configurations whose interval overlaps the best one's: as good, as far as was measured."},
    {"library", "Library", "", text, "The fastest vendor library on the same call."},
    {"library_time_s", "Library time", "s", seconds, "Median time of that library on the same call."},
    {"library_ratio", "Library / ours", "", times,
     "Time of the library over ours: above 1 ours takes less time."},
    {"roof_kind", "Kind", "", text, "compute (operations a second) or bandwidth (bytes a second)."},
    {"mix", "Mix", "", text, "Instruction mix of a compute roof, or access pattern of a bandwidth roof."},
    {"level", "Level", "", text, "Memory level of a bandwidth roof."},
    {"scope", "Scope", "", text, "What the roof belongs to: one core, a socket or the whole device."},
    {"working_set_bytes", "Working set", "B", binary_bytes,
     "Bytes that a bandwidth probe walks over, all cores together."},
    {"rate", "Rate", "/s", rate, "FLOP/s of a compute roof, bytes/s of a bandwidth roof."},
    {"rate_low", "Low", "/s", rate, "Lower end of the 95 % interval of the median rate."},
    {"rate_high", "High", "/s", rate, "Upper end of the 95 % interval of the median rate."},
    {"rate_specified", "Specified", "/s", rate, "The data sheet's figure for the same ceiling."},
    {"specified_share", "Of specified", "", share, "Measured roof over the data sheet's figure."},
    {"source", "Source", "", text, "Worker, file or data sheet that the number comes from."},
    {"taken_at", "Taken at", "", text, "When it was measured (UTC)."},
    {"calls", "Calls", "", count, "Operator calls of this kind."},
    {"count", "Count", "", count, "How many."},
    {"split", "Split", "", text, "fitted: the model saw the calls; held out: it did not."},
    {"error_median", "Median error", "", share, "Median of |predicted - measured| over measured."},
    {"error_p90", "90 % below", "", share, "90th percentile of |predicted - measured| over measured."},
    {"error_max", "Largest error", "", share, "Largest |predicted - measured| over measured."},
    {"model", "Model", "", text, "The language model."},
    {"phase", "Phase", "", text, "prefill: the prompt at once; decode: one token a step for each sequence."},
    {"seconds", "Time in all", "s", seconds,
     "Time of all calls of the row in one pass: calls times the time of one."},
    {"measured_share", "Measured", "", share,
     "Share of a decode step's time that comes from measurements of the very calls."},
    {"predicted_share", "Predicted", "", share,
     "Share of a decode step's time that follows from measurements of other calls: a fitted model, or "
     "measured "
     "roofs."},
    {"specified_share_of_time", "Specified", "", share,
     "Share of a decode step's time that follows from a data sheet."},
    {"bare_roof_share", "Bare roofs", "", share,
     "Share of a decode step's time that is bare roofs, measured or specified; with all of it the time is a "
     "lower bound."},
    {"interval_share", "With interval", "", share,
     "Share of a decode step's time from calls with an interval; under 90 % no interval is given."},
    {"tokens_per_s_low", "Tokens/s, low", "1/s", tokens_rate,
     "Lower end of the interval of the output tokens a second."},
    {"tokens_per_s_high", "Tokens/s, high", "1/s", tokens_rate,
     "Upper end of the interval of the output tokens a second."},
    {"energy_basis", "Energy from", "", text,
     "measured power, or the thermal design power (TDP) times the time. TDP bounds the power from above; "
     "times "
     "a least time the product bounds nothing."},
    {"held_out", "Held out", "", count, "Calls that the fit did not see; the errors are of these."},
    {"roofline_error", "Roofline's error", "", share,
     "Median error of the bare roofline on the same held-out calls: the yardstick."},
    {"interval_factor", "Interval", "", times,
     "Predictions times and over this factor hold 90 % of left-out calls."},
    {"compute_share", "Compute share", "", share,
     "Fitted share of the compute ceiling that the kernel achieves."},
    {"memory_rate_share", "Memory share", "", share,
     "Fitted share of the bandwidth ceilings that the kernel achieves."},
    {"launch_s", "Launch", "s", seconds, "Fitted time of a call without work."},
    {"weights", "Weights", "", text, "Number format and sparsity of the linear layers' weights."},
    {"verdict", "Verdict", "", text,
     "ok, does not fit (beyond the device's memory) or unknown (a figure is missing)."},
    {"role", "Role", "", text, "What the operator calls are for in the model."},
    {"time_share", "Share", "", share, "Share of the time of the pass."},
    {"batch", "Batch", "", count, "Sequences that are served at once."},
    {"prompt_tokens", "Prompt", "", count, "Tokens of a prompt."},
    {"output_tokens", "Output", "", count, "Tokens generated for a request."},
    {"devices", "Devices", "", count, "Devices that serve one copy of the model."},
    {"tokens_per_s", "Output tokens/s", "1/s", tokens_rate,
     "Generated tokens a second over all sequences of the batch."},
    {"prefill_tokens_per_s", "Prompt tokens/s", "1/s", tokens_rate, "Prompt tokens a second during prefill."},
    {"ttft_s", "TTFT", "s", seconds, "Time to first token: prefill of the whole batch."},
    {"tpot_s", "TPOT", "s", seconds,
     "Time per output token of one sequence, in the middle of the generation."},
    {"request_time_s", "Request", "s", seconds,
     "Time of a whole request: prefill and every generated token."},
    {"energy_per_token_j", "Energy/token", "J", joules, "Energy over generated tokens."},
    {"power_w", "Power", "W", watts, "Electrical power that the energy was computed with."},
    {"clock_hz", "Clock", "Hz", hertz, "Clock frequency."},
    {"price_per_hour_usd", "Price", "USD/h", money_per_hour, "Price of the devices for an hour."},
    {"price_basis", "Price from", "", text,
     "on_demand or contract: listed at the date beside it; user: given for this calculation; assumed: what "
     "nobody asks or pays."},
    {"electricity_usd_per_kwh", "Electricity", "USD/kWh", money_per_kwh, "Price of electricity."},
    {"cost_per_million_tokens_usd", "Cost/M tokens", "USD", money,
     "US dollars for a million output tokens: price for an hour over output tokens an hour."},
    {"cost_low_usd", "Cost, low", "USD", money, "Lower end of the interval of the cost per million tokens."},
    {"cost_high_usd", "Cost, high", "USD", money,
     "Upper end of the interval of the cost per million tokens."},
    {"memory_bytes", "Memory needed", "B", binary_bytes,
     "Weights, KV cache at full length and activations of the batch."},
    {"memory_share", "Of memory", "", share, "Memory needed over the memory of the devices."},
    {"term", "Term", "", text, "A word of the program."},
    {"unit", "Unit", "", text, "Unit of the unrounded value in CSV and JSON."},
    {"explanation", "Explanation", "", text, "What the word means."},
    {"parameter", "Parameter", "", text, "A parameter of a model."},
    {"group", "Group", "", text, "Operators that are explained together."},
    {"formats", "Formats", "", text, "Number formats of the operands that an implementation takes."},
    {"parameters", "Parameters", "", text, "Tunable parameters of an implementation with their values."},
    {"weight", "Weight", "", plain,
     "Share of a campaign's time budget that a call gets, relative to the others."},
    {"version", "Version", "", count, "Counts up with every change of a suite's calls."},
    {"description", "Description", "", text, "What a suite is made of."},
    {"operands", "Operands", "", text, "Operands of an operator; each has a number format in a call."},
    {"formula", "Formula", "", text, "What an operator computes."},
    {"summary", "What it is", "", text, "An operator in a few words."},
    {"kind", "Kind", "", text, "What a device is: gpu, cpu, npu or fpga."},
    {"vendor", "Vendor", "", text, "Who makes the device."},
    {"peak_bf16_flop_rate", "Peak bf16", "FLOP/s", flop_rate, "Dense bf16 peak of the data sheet."},
    {"peak_fp32_flop_rate", "Peak fp32", "FLOP/s", flop_rate, "Dense fp32 peak of the data sheet."},
    {"memory_capacity_bytes", "Memory", "B", binary_bytes, "Capacity of the device's memory."},
    {"memory_bandwidth_rate", "Memory bandwidth", "B/s", byte_rate,
     "Bandwidth of the device's memory by data sheet."},
    {"tdp_w", "TDP", "W", watts, "Thermal design power."},
    {"check", "Check", "", text, "One rule of the bench protocol."},
    {"result", "Result", "", text, "Whether a worker keeps the rule."},
    {"detail", "Detail", "", text, "What was seen."},
    {"measurements", "Measurements", "", count, "Measurements in the store, of every status."},
    {"roofs", "Roofs", "", count, "Roofs in the store, the newest of each probe."},
    {"space", "Space", "", text, "A recorded search space."},
    {"searcher", "Searcher", "", text, "Who proposed the configurations."},
    {"score", "Score", "", plain,
     "Performance over time: 0 is random search, 1 the optimum at once (docs/tuning.md)."},
    {"score_low", "Score, low", "", plain, "Lower end of the score's 95 % interval over the repeats."},
    {"score_high", "Score, high", "", plain, "Upper end of the score's 95 % interval over the repeats."},
    {"share_10", "@10", "", share, "Optimum over the best value after 10 evaluations, mean of the repeats."},
    {"share_25", "@25", "", share, "Optimum over the best value after 25 evaluations, mean of the repeats."},
    {"share_50", "@50", "", share, "Optimum over the best value after 50 evaluations, mean of the repeats."},
    {"share_100", "@100", "", share,
     "Optimum over the best value after 100 evaluations, mean of the repeats."},
    {"share_200", "@200", "", share,
     "Optimum over the best value after 200 evaluations, mean of the repeats."},
    {"share_50_low", "@50, low", "", share, "Lower end of the 95 % interval of that mean."},
    {"share_50_high", "@50, high", "", share, "Upper end of the 95 % interval of that mean."},
    {"until_1", "to 1 %", "", count,
     "Evaluations until the best is within 1 % of the optimum, median of the repeats."},
    {"until_5", "to 5 %", "", count,
     "Evaluations until the best is within 5 % of the optimum, median of the repeats."},
    {"until_10", "to 10 %", "", count,
     "Evaluations until the best is within 10 % of the optimum, median of the repeats."},
    {"budget_s", "Budget", "s", seconds,
     "Recorded time after which random search is expected to be nearly there."},
    {"evaluations_per_s", "Evaluations/s", "1/s", rate,
     "Proposals a second that the searcher itself can make."},
    {"evaluation", "Evaluation", "", count, "How many configurations were tried up to here."},
    {"elapsed_s", "Elapsed", "s", seconds, "Recorded time spent up to here."},
    {"objective", "Objective", "", plain, "Value that is minimised, in the unit of the file."},
    {"optimum_share", "Of optimum", "", share, "Best value of the whole space over the value found."},
    {"model_version", "Cost model", "", count, "Version of the fitted cost model."},
    {"campaign", "Campaign", "", text, "Identifier of a tuning run."},
    {"state", "State", "", text, "running, finished or interrupted."},
    {"started_at", "Started at", "", text, "When the campaign began (UTC)."},
    {"basis", "Basis", "", text, "Where a prediction comes from."},
    {"number_value", "Value", "", plain, "Value of a parameter."},
});

}  // namespace

std::span<const Metric> metrics() { return registry; }

const Metric& metric(std::string_view id) {
    const auto found = std::ranges::find(registry, id, &Metric::id);
    if (found == registry.end())
        throw Error(ExitCode::failed,
                    "internal: no metric '" + std::string(id) + "' in the registry of reports/metrics.cpp");
    return *found;
}

}  // namespace ridge::reports
