// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/t1.hpp"

#include "space_support.hpp"
#include "tuner/formats/python_list.hpp"

namespace ridge::tuner {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using Values = std::vector<ParameterValue>;

Values integers(std::initializer_list<std::int64_t> list) { return {list.begin(), list.end()}; }

TuningInput example() { return read_t1(read_document(data_folder / "t1.json")); }

// The example with one part of its text replaced.
std::string changed(const std::string& from, const std::string& to) {
    auto text = read_file(data_folder / "t1.json");
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("no " + from + " in the example");
    return text.replace(at, from.size(), to);
}

std::string message_of_input(const std::string& text) {
    return message_of([&] { (void)read_t1(unpack_document(text, "f")); });
}

TEST(PythonList, GivesValues) {
    EXPECT_EQ(parse_python_list("[16, 32,]"), integers({16, 32}));
    EXPECT_EQ(parse_python_list(" ( 2**3 , -1 ) "), integers({8, -1}));
    EXPECT_EQ(parse_python_list("range(3)"), integers({0, 1, 2}));
    EXPECT_EQ(parse_python_list("list(range(10, 0, -4))"), integers({10, 6, 2}));
    EXPECT_EQ(parse_python_list("[2**i for i in range(3, 6)]"), integers({8, 16, 32}));
    EXPECT_EQ(parse_python_list("[True, 0.5, 'a, b', \"it's\"]"),
              (Values{true, 0.5, std::string("a, b"), std::string("it's")}));
}

TEST(PythonList, RefusesTheRest) {
    const auto message = [](const std::string& text) {
        return message_of([&] { (void)parse_python_list(text); });
    };
    EXPECT_THAT(message("[]"), "'[]' is no list of values: it is empty");
    EXPECT_THAT(message("16, 32"), HasSubstr("it should look like [16, 32]"));
    EXPECT_THAT(message("[16, None]"), HasSubstr("there is no parameter 'None'"));
    EXPECT_THAT(message("[1, , 2]"), HasSubstr("expression ''"));
    EXPECT_THAT(message("range(1, 2, 0)"), HasSubstr("a step of 0"));
    EXPECT_THAT(message("range(1000000000000)"), HasSubstr("more than 100,000 values"));
    EXPECT_THAT(message("[1 / 0]"), HasSubstr("division by zero"));
    EXPECT_THAT(message("[i for i]"), HasSubstr("'in' is missing"));
    EXPECT_THAT(message(std::string(100000, '[')), HasSubstr("it should look like"));
    EXPECT_THAT(message("list(list(list(list(list(list(list(list(list(list([1]))))))))))"),
                HasSubstr("nested too deeply"));
}

TEST(PythonList, RoundTrip) {
    const Values values{true, std::int64_t{-3}, 0.5, 2.0, 1e300, std::string("a"), std::string("it's")};
    EXPECT_EQ(python_list(values), "[True, -3, 0.5, 2.0, 1e+300, 'a', \"it's\"]");
    EXPECT_EQ(parse_python_list(python_list(values)), values);
    EXPECT_THAT(message_of([] { (void)python_list({std::string("\"'")}); }), HasSubstr("cannot be written"));
}

TEST(T1, GivesParametersConditionsAndBudget) {
    const auto input = example();
    EXPECT_EQ(input.kernel, "example_kernel");
    ASSERT_THAT(input.space.parameters, SizeIs(5));
    EXPECT_EQ(input.space.parameters[0].values, integers({16, 32, 48, 64}));
    EXPECT_EQ(input.space.parameters[0].default_value, ParameterValue(std::int64_t{32}));
    EXPECT_EQ(input.space.parameters[2].values, (Values{false, true}));
    EXPECT_EQ(input.space.parameters[3].values, (Values{0.5, 1.0, 2.0}));
    EXPECT_EQ(input.space.parameters[4].default_value, ParameterValue(std::string("column")));
    EXPECT_THAT(input.space.constraints,
                ElementsAre("block_x*block_y <= 256", "not pad or block_x % 32 != 0"));
    ASSERT_THAT(input.budgets, SizeIs(1));
    EXPECT_EQ(input.budgets[0].type, "ConfigurationCount");
    EXPECT_EQ(input.budgets[0].value, 100);
    EXPECT_THAT(input.notes, ElementsAre());
}

TEST(T1, RoundTripKeepsTheSpecificationOfTheKernel) {
    const auto input = example();
    const auto written = write_t1(input);
    EXPECT_THAT(written.lost, ElementsAre());
    const auto again = read_t1(unpack_document(written.text, "written"));
    EXPECT_EQ(again.space.json(), input.space.json());
    EXPECT_EQ(again.others, input.others);
    EXPECT_EQ(again.others["KernelSpecification"]["Arguments"][0]["FillValue"], 7);
    EXPECT_EQ(write_t1(again).text, written.text);
}

TEST(T1, OfARecordedSpaceNamesWhatIsMissing) {
    const auto space = read_recorded_space(data_folder / "kernel_tuner_cut.json");
    const auto written = write_t1(input_of(space));
    EXPECT_THAT(written.lost, Contains(HasSubstr("KernelSpecification.KernelFile is required by T1")));
    const auto again = read_t1(unpack_document(written.text, "written"));
    EXPECT_EQ(again.kernel, "sum");
    EXPECT_EQ(again.space.json(), space.parameters.json());
}

TEST(T1, DefaultsAreMended) {
    auto input = read_t1(unpack_document(changed("\"Default\": 32", "\"Default\": 64"), "f"));
    EXPECT_THAT(input.notes, Contains(HasSubstr("the first that fulfils them stands instead: block_x=16")));
    EXPECT_EQ(input.space.parameters[0].default_value, ParameterValue(std::int64_t{16}));
    input = read_t1(unpack_document(changed("\"Default\": 32", "\"Default\": 17"), "f"));
    EXPECT_THAT(input.notes, Contains("default 17 of 'block_x' is none of its values; left out"));
}

TEST(T1, SaysWhatIsWrong) {
    EXPECT_EQ(message_of_input("{}"), "f: key 'ConfigurationSpace' is missing");
    EXPECT_THAT(
        message_of_input(changed("\"int\"", "\"complex\"")),
        HasSubstr("TuningParameters[0].Type' is \"complex\", should be int, uint, float, bool or string"));
    EXPECT_THAT(message_of_input(changed("[16 * i for i in range(1, 5)]", "[0.5]")),
                HasSubstr("TuningParameters[0].Values' is \"[0.5]\", should be values of the type int"));
    EXPECT_THAT(message_of_input(changed("[1, 2**1, 4, 8]", "[-1]")), HasSubstr("values of the type uint"));
    EXPECT_THAT(message_of_input(changed("[1, 2**1, 4, 8]", "[1, 1]")),
                HasSubstr("a list in which 1 stands once"));
    EXPECT_THAT(message_of_input(changed("\"block_y\", \"Type\"", "\"block_x\", \"Type\"")),
                HasSubstr("a name that stands once"));
    EXPECT_THAT(message_of_input(changed("block_x*block_y <= 256", "block_z <= 256")),
                HasSubstr("which 'block_z' is not"));
    EXPECT_THAT(message_of_input(changed("block_x*block_y <= 256", "block_x **")),
                HasSubstr("Conditions[0].Expression': expression 'block_x **', column"));
    EXPECT_THAT(
        message_of_input(changed("block_x*block_y <= 256", "block_x > 100")),
        "f: key 'ConfigurationSpace.Conditions': no configuration fulfils every one of the Conditions");
    EXPECT_THAT(message_of_input(changed("block_x*block_y <= 256", "block_x / 0 < 1")),
                HasSubstr("division by zero"));
    EXPECT_THAT(message_of_input(changed("\"BudgetValue\": 100", "\"BudgetValue\": -1")),
                HasSubstr("Budget[0].BudgetValue' is -1, should be a number above 0"));
    EXPECT_THAT(message_of_input(changed("ConfigurationCount", "Patience")),
                HasSubstr("should be TuningDuration, ConfigurationCount or ConfigurationFraction"));
    EXPECT_THAT(message_of_reading(read_file(data_folder / "t1.json")),
                "f: a T1 input says what to tune, but holds no measurements to read");
}

TEST(T1, CutAtEveryByte) {
    const auto text = read_file(data_folder / "t1.json");
    for (std::size_t length = 0; length + 2 < text.size(); ++length)
        EXPECT_THAT(message_of_input(text.substr(0, length)), testing::StartsWith("f: ")) << length;
}

}  // namespace
}  // namespace ridge::tuner
