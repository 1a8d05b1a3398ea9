// SPDX-License-Identifier: Apache-2.0
#include "core/text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/lower_case.hpp"
#include "core/units.hpp"
#include "message_of.hpp"

namespace ridge {
namespace {

using Views = std::vector<std::string_view>;

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("a/b//c", '/'), (Views{"a", "b", "", "c"}));
    EXPECT_EQ(split("", '/'), (Views{""}));
    EXPECT_EQ(split("/", '/'), (Views{"", ""}));
}

TEST(LowerCase, IsOfAsciiLettersAlone) {
    EXPECT_EQ(lower_case("RTX 4090-Ti_ÄZ"), "rtx 4090-ti_Äz");
    EXPECT_EQ(lower_case(""), "");
}

TEST(Words, BetweenRunsOfBlanks) {
    EXPECT_EQ(words("  a \t b\nc "), (Views{"a", "b", "c"}));
    EXPECT_EQ(words(" \n"), Views{});
    EXPECT_EQ(words(""), Views{});
    EXPECT_EQ(words("ab"), (Views{"ab"}));
}

TEST(Join, BetweenTheParts) {
    EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
    EXPECT_EQ(join({}, ", "), "");
    EXPECT_EQ(join({"", "b"}, ", "), ", b");
}

TEST(ParseInteger, WholeTextOnly) {
    EXPECT_EQ(parse_integer("-42", "x"), -42);
    EXPECT_EQ(parse_integer("9223372036854775807", "x"), std::numeric_limits<std::int64_t>::max());
    for (const char* bad : {"", " 1", "1 ", "1.5", "0x10", "9223372036854775808", "+1", "1e3"})
        EXPECT_EQ(message_of([&] { (void)parse_integer(bad, "what"); }),
                  "what: '" + std::string(bad) + "' is not a whole number");
}

TEST(ParseNumber, WholeTextAndFinite) {
    EXPECT_EQ(parse_number("0.125", "x"), 0.125);
    EXPECT_EQ(parse_number("-1e-3", "x"), -1e-3);
    for (const char* bad : {"", "1,5", "a", "1.5 ", "1e999"})
        EXPECT_EQ(message_of([&] { (void)parse_number(bad, "what"); }),
                  "what: '" + std::string(bad) + "' is not a number");
    for (const char* bad : {"inf", "nan", "-inf"})
        EXPECT_EQ(message_of([&] { (void)parse_number(bad, "what"); }),
                  "what: '" + std::string(bad) + "' is not finite");
}

TEST(NumberText, ReadsBackToTheSame) {
    EXPECT_EQ(number_text(0.125), "0.125");
    EXPECT_EQ(number_text(0.1), "0.1");
    EXPECT_EQ(number_text(2), "2");
    for (const double value : {1.0 / 3.0, 1e-320, 1.7976931348623157e308, -2.5e-7})
        EXPECT_EQ(parse_number(number_text(value), "x"), value);
}

TEST(Nearest, NearWordsOnly) {
    const std::vector<std::string> known = {"gemm", "copy", "triad"};
    EXPECT_EQ(nearest("gem", known), "gemm");
    EXPECT_EQ(nearest("gmem", known), "gemm");
    EXPECT_EQ(nearest("traid", known), "triad");
    EXPECT_EQ(nearest("attention", known), "");
    EXPECT_EQ(nearest("x", {}), "");
}

struct QuantityCase {
    double value;
    const char* text;
};
class Quantity : public testing::TestWithParam<QuantityCase> {};
TEST_P(Quantity, ThreeDigitsAndAPrefix) { EXPECT_EQ(quantity(GetParam().value, "B/s"), GetParam().text); }
INSTANTIATE_TEST_SUITE_P(
    Values, Quantity,
    testing::Values(QuantityCase{3.35e12, "3.35 TB/s"}, QuantityCase{0, "0 B/s"}, QuantityCase{-0.0, "0 B/s"},
                    QuantityCase{1, "1.00 B/s"}, QuantityCase{999.4, "999 B/s"},
                    QuantityCase{999.5, "1.00 kB/s"}, QuantityCase{999.5e9, "1.00 TB/s"},
                    QuantityCase{999.4e9, "999 GB/s"}, QuantityCase{1000, "1.00 kB/s"},
                    QuantityCase{1e6, "1.00 MB/s"}, QuantityCase{12345, "12.3 kB/s"},
                    QuantityCase{-12345, "-12.3 kB/s"}, QuantityCase{1.5e-9, "1.50 nB/s"},
                    QuantityCase{9.996e-7, "1.00 µB/s"}, QuantityCase{0.001, "1.00 mB/s"},
                    QuantityCase{1e15, "1.00 PB/s"}, QuantityCase{1e18, "1.00 EB/s"},
                    QuantityCase{2e21, "2.00 ZB/s"}, QuantityCase{1e-12, "1.00 pB/s"}));

TEST(Capacity, BinaryPrefixes) {
    EXPECT_EQ(capacity(0), "0 B");
    EXPECT_EQ(capacity(1023), "1023 B");
    EXPECT_EQ(capacity(1024), "1.00 KiB");
    EXPECT_EQ(capacity(80.0 * 1024 * 1024 * 1024), "80.0 GiB");
    EXPECT_EQ(capacity(1048575), "1.00 MiB");
    EXPECT_EQ(capacity(1000.0 * 1024), "1000 KiB");
    EXPECT_EQ(capacity(-2048), "-2.00 KiB");
}

TEST(CsvField, QuotesOnlyWhatNeedsIt) {
    EXPECT_EQ(csv_field(""), "");
    EXPECT_EQ(csv_field("gemm m=1 k=2"), "gemm m=1 k=2");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
    EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
    EXPECT_EQ(csv_field("a\rb"), "\"a\rb\"");
}

TEST(Percent, DecimalsAsAsked) {
    EXPECT_EQ(percent(0.12345), "12.3 %");
    EXPECT_EQ(percent(1, 0), "100 %");
    EXPECT_EQ(percent(-0.05), "-5.0 %");
}

TEST(Significant, WithoutExponent) {
    EXPECT_EQ(significant(0.0123), "0.0123");
    EXPECT_EQ(significant(1234.4), "1234");
    EXPECT_EQ(significant(123456), "123456");
    EXPECT_EQ(significant(0.09996), "0.100");
    EXPECT_EQ(significant(9.996), "10.0");
    EXPECT_EQ(significant(0), "0");
    EXPECT_EQ(significant(-2.5, 2), "-2.5");
}

}  // namespace
}  // namespace ridge
