// SPDX-License-Identifier: Apache-2.0
#include "cli/operator_page.hpp"

#include "core/text.hpp"
#include "core/units.hpp"
#include "operators/guide.hpp"

namespace ridge::cli {
namespace {

constexpr const char* document_head =
    R"(<!-- Written by `ridge operators --markdown > docs/operators.md` from the catalogue; change the operators instead. -->

# Operators

What Ridgepoint can measure and predict. A call is an operator with a value for each dimension, a number format for each
operand and, for matrix products, the structure of the zeros:

    gemm m=16 n=4096 k=4096 a=bf16 w=int4:g128 c=bf16 sparsity=2:4

Number formats are fp64, fp32, tf32, bf16, fp16, fp8_e4m3, fp8_e5m2, int32, int8 and int4; `int4:g128` has an fp16 scale for each
128 elements along k, `int4:g128:zero` zero points beside them, `int8:row` an fp32 scale for each row (a token, an output
channel). `ridge operators NAME` shows one operator, with `--worker PROGRAM` also what that worker can run it with.

The work of a call is what has to be done whatever the kernel: operations (a multiply-add is two), and the bytes that have to cross
the boundary of the outermost memory at least once. [formulas.md](formulas.md) says what is done with them.
)";

using Rows = std::vector<std::vector<std::string>>;

// A vertical bar would end a cell.
std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
}

std::string line(const std::vector<std::string>& cells) { return "| " + join(cells, " | ") + " |\n"; }

std::string markdown_table(const std::vector<std::string>& header, const Rows& rows) {
    std::string out = line(header) + line(std::vector<std::string>(header.size(), "---"));
    for (const auto& row : rows) out += line(row);
    return out + "\n";
}

std::string code(std::string_view text) { return "`" + cell(text) + "`"; }

std::string fields(const operators::OperatorInfo& info) {
    Rows rows;
    for (const auto& [name, meaning] : info.dimensions) rows.push_back({code(name), "", cell(meaning)});
    for (const auto& [name, shape, meaning] : info.operands)
        rows.push_back({code(name), cell(shape), cell(meaning)});
    return markdown_table({"field", "shape", "meaning"}, rows);
}

std::string examples_table(const std::vector<std::string_view>& calls) {
    Rows rows;
    for (const auto text : calls) {
        const auto work = operators::work(operators::parse_call(text));
        rows.push_back({code(text), work.flop > 0 ? quantity(work.flop, "FLOP") : "–",
                        quantity(work.bytes(), "B"),
                        work.flop > 0 ? significant(work.intensity()) + " FLOP/B" : "–"});
    }
    return markdown_table({"example", "operations", "traffic", "intensity"}, rows);
}

std::string implementations_table(const operators::OperatorInfo& info, const Implementations& all) {
    Rows rows;
    for (const auto& one : all) {
        if (one.op != info.name) continue;
        std::vector<std::string> formats;
        for (const auto& format : one.formats) formats.push_back(code(format));
        rows.push_back({one.name + (one.version.empty() ? "" : " " + one.version), join(formats, ", "),
                        cell(join(one.sparsities, ", ")), cell(parameters_text(one.space))});
    }
    if (rows.empty()) return all.empty() ? "" : "This worker has no implementation of it.\n\n";
    return markdown_table({"implementation", "formats", "sparsity", "parameters"}, rows);
}

std::string section(const operators::OperatorInfo& info, const std::vector<std::string_view>& examples,
                    const Implementations& implementations) {
    return "### " + std::string(info.name) + "\n\n" + std::string(info.summary) + "\n\n    " +
           std::string(info.formula) + "\n\n" + fields(info) + examples_table(examples) +
           implementations_table(info, implementations);
}

// A group may show an operator that another group explains.
std::string chapter(const operators::OperatorGroup& group, const Implementations& implementations) {
    const auto names = operators::operators_of(group.name);
    if (names.empty()) return {};
    std::string out = "## " + std::string(group.title) + "\n\n" + std::string(group.text) + "\n\n";
    for (const auto name : names) {
        const auto examples = operators::examples_of(name, group.name);
        out += operators::group_of(name).name == group.name
                   ? section(operators::find_operator(name), examples, implementations)
                   : examples_table(examples);
    }
    return out;
}

}  // namespace

std::string parameters_text(const ParameterSpace& space) {
    std::vector<std::string> out;
    for (const auto& parameter : space.parameters) {
        std::vector<std::string> values;
        for (const auto& value : parameter.values) values.push_back(text(value));
        out.push_back(parameter.name + ": " + join(values, ", ") + " (default " +
                      text(parameter.default_value) + ")");
    }
    return out.empty() ? "none" : join(out, "; ");
}

std::string operator_page(const operators::OperatorInfo& info, const Implementations& implementations) {
    std::vector<std::string_view> examples;
    for (const auto& group : operators::operator_groups())
        for (const auto call : operators::examples_of(info.name, group.name)) examples.push_back(call);
    auto out = section(info, examples, implementations);
    out.pop_back();  // the empty line between two sections
    return out;
}

std::string operators_document(const Implementations& implementations) {
    std::string out = document_head;
    for (const auto& group : operators::operator_groups())
        if (const auto text = chapter(group, implementations); !text.empty())
            out += "\n" + text.substr(0, text.size() - 1);
    return out;
}

}  // namespace ridge::cli
