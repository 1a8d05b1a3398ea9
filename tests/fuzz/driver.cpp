// SPDX-License-Identifier: Apache-2.0
#include "driver.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <iostream>
#include <random>
#include <stdexcept>

#include "core/error.hpp"
#include "core/file.hpp"

namespace ridge::fuzz {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_input = std::size_t{1} << 14;
// Of the processor, since a busy machine stretches any other: an input of 16 KiB that takes longer has found
// something quadratic or worse, even under sanitizers.
constexpr double longest_run_s = 10;

// What parsers trip over: ends of number ranges, brackets, quotes, words with a meaning.
constexpr auto tokens = std::to_array<std::string_view>({"0",
                                                         "-1",
                                                         "1e999",
                                                         "1e-400",
                                                         "9223372036854775807",
                                                         "9223372036854775808",
                                                         "-9223372036854775808",
                                                         "18446744073709551616",
                                                         "0.1",
                                                         "-0.0",
                                                         "NaN",
                                                         "Infinity",
                                                         "null",
                                                         "true",
                                                         "\"\"",
                                                         "\"",
                                                         "\\",
                                                         "\\u0000",
                                                         "\\ud800",
                                                         "{}",
                                                         "[]",
                                                         "{",
                                                         "}",
                                                         "[",
                                                         "]",
                                                         "[[[[[[[[",
                                                         "((((((((",
                                                         ",",
                                                         ":",
                                                         " ",
                                                         "\n",
                                                         "**",
                                                         "//",
                                                         "%",
                                                         " and ",
                                                         " or ",
                                                         "not ",
                                                         "'",
                                                         "\xff",
                                                         "\xef\xbb\xbf",
                                                         "\x1f\x8b\x08",
                                                         "time",
                                                         "RuntimeFailedConfig"});

class Mutator {
  public:
    Mutator(const std::vector<std::string>& corpus, std::uint64_t seed) : corpus_(corpus), random_(seed) {}

    std::string next() {
        auto text = pick(corpus_);
        for (auto left = 1 + below(4); left > 0; --left) change(text);
        text.resize(std::min(text.size(), longest_input));
        return text;
    }

  private:
    std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

    template <typename List>
    typename List::value_type pick(const List& list) {
        return list[below(list.size())];
    }

    void change(std::string& text) {
        using Change = void (Mutator::*)(std::string&);
        constexpr auto changes = std::to_array<Change>({&Mutator::flip, &Mutator::cut, &Mutator::remove,
                                                        &Mutator::repeat, &Mutator::splice, &Mutator::insert,
                                                        &Mutator::replace_number, &Mutator::swap});
        (this->*changes[below(changes.size())])(text);
    }

    void flip(std::string& text) {
        if (text.empty()) return;
        auto& c = text[below(text.size())];
        c = static_cast<char>(static_cast<unsigned char>(c) ^ (1U << below(8)));
    }

    void cut(std::string& text) { text.resize(below(text.size() + 1)); }

    void remove(std::string& text) {
        const auto at = below(text.size() + 1);
        text.erase(at, below(32));
    }

    void repeat(std::string& text) {
        const auto at = below(text.size() + 1);
        const auto part = text.substr(at, below(200));
        text.insert(at, part);
    }

    void splice(std::string& text) {
        const auto other = pick(corpus_);
        text = text.substr(0, below(text.size() + 1)) + other.substr(below(other.size() + 1));
    }

    void insert(std::string& text) { text.insert(below(text.size() + 1), pick(tokens)); }

    void replace_number(std::string& text) {
        const auto begin = text.find_first_of("0123456789", below(text.size() + 1));
        if (begin == std::string::npos) return;
        const auto end = std::min(text.find_first_not_of("0123456789.e+-", begin), text.size());
        text.replace(begin, end - begin, pick(tokens));
    }

    // Two parts between separators change places.
    void swap(std::string& text) {
        constexpr std::string_view separators = ",:;() \n";
        auto [first, second] = std::minmax({below(text.size() + 1), below(text.size() + 1)});
        const auto end_of = [&](std::size_t at) {
            return std::min(text.find_first_of(separators, at), text.size());
        };
        const auto first_end = end_of(first);
        if (first_end > second) return;
        const auto second_end = end_of(second);
        const auto a = text.substr(first, first_end - first), b = text.substr(second, second_end - second);
        text.replace(second, b.size(), a);
        text.replace(first, a.size(), b);
    }

    const std::vector<std::string>& corpus_;
    std::mt19937_64 random_;
};

// Keeps the input that is being looked at, whatever happens to the process.
class InputFile {
  public:
    explicit InputFile(const std::string& path)
        : path_(path), descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644)) {
        if (descriptor_ < 0) throw std::runtime_error(path + ": cannot be written");
    }
    ~InputFile() { close(descriptor_); }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    void keep(const std::string& input) const {
        const bool kept =
            pwrite(descriptor_, input.data(), input.size(), 0) == static_cast<ssize_t>(input.size()) &&
            ftruncate(descriptor_, static_cast<off_t>(input.size())) == 0;
        if (!kept) throw std::runtime_error(path_ + ": cannot be written");
    }
    void remove() const { unlink(path_.c_str()); }

  private:
    std::string path_;
    int descriptor_;
};

// Empty when all is well.
std::string failure(const std::string& input, Target target) {
    const auto begin = std::clock();
    try {
        target(input);
    } catch (const InputError&) {
    } catch (const std::exception& error) {
        return error.what();
    }
    const double taken_s = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    return taken_s > longest_run_s ? "it takes too long" : "";
}

int fuzz(std::chrono::seconds seconds, std::uint64_t seed, const std::string& path,
         const std::vector<std::string>& corpus, Target target) {
    const InputFile file(path);
    Mutator mutator(corpus, seed);
    std::size_t count = 0;
    const auto look = [&](const std::string& input) {
        file.keep(input);
        ++count;
        const auto what = failure(input, target);
        if (!what.empty()) std::cerr << what << "\nthe input is in " << path << '\n';
        return what.empty();
    };
    for (const auto& input : corpus)
        if (!look(input)) return 1;
    for (const auto end = Clock::now() + seconds; Clock::now() < end;)
        if (!look(mutator.next())) return 1;
    file.remove();
    std::cout << count << " inputs\n";
    return 0;
}

}  // namespace

void require(bool holds, const std::string& sentence) {
    if (!holds) throw std::logic_error(sentence);
}

int run(int argc, char** argv, const std::vector<std::string>& corpus, Target target) {
    const std::vector<std::string> words(argv, argv + argc);
    if (argc == 3 && words[1] == "--replay") {
        const auto what = failure(read_file(words[2]), target);
        std::cerr << what << '\n';
        return what.empty() ? 0 : 1;
    }
    if (argc != 4) {
        std::cerr << "usage: " << words[0] << " SECONDS SEED FAILURE_FILE | --replay FILE\n";
        return 2;
    }
    return fuzz(std::chrono::seconds(std::stol(words[1])), std::stoull(words[2]), words[3], corpus, target);
}

}  // namespace ridge::fuzz
