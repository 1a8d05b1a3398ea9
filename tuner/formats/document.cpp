// SPDX-License-Identifier: Apache-2.0
#include "tuner/formats/document.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"

namespace ridge::tuner {
namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b";
constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
// zlib: 15 bits of window, and 16 asks for the header and trailer of gzip instead of zlib's own.
constexpr int gzip_window = 15 + 16;

[[noreturn]] void refuse_length(const std::string& file, std::size_t limit) {
    throw InputError(file + ": its text is longer than " + std::to_string(limit >> 20) +
                     " MiB, which no recorded search space needs");
}

class Unpacker {
  public:
    Unpacker(std::string_view bytes, const std::string& file, std::size_t limit)
        : bytes_(bytes), file_(file), limit_(limit) {
        if (inflateInit2(&stream_, gzip_window) != Z_OK)
            throw Error(ExitCode::failed, "zlib cannot be initialised");
    }
    ~Unpacker() { inflateEnd(&stream_); }
    Unpacker(const Unpacker&) = delete;
    Unpacker& operator=(const Unpacker&) = delete;

    Document unpack() {
        Document document{file_, {}, false};
        for (;;) {
            const int result = step(document.text);
            if (document.text.size() > limit_) refuse_length(file_, limit_);
            if (result == Z_STREAM_END) {
                if (!next_member()) return document;
            } else if (result == Z_BUF_ERROR && given_ == bytes_.size()) {
                document.cut = true;
                return document;
            } else if (result != Z_OK && result != Z_BUF_ERROR) {
                throw InputError(file_ + ": its gzip data are damaged before byte " +
                                 std::to_string(given_ - stream_.avail_in + 1));
            }
        }
    }

  private:
    int step(std::string& text) {
        if (stream_.avail_in == 0 && given_ < bytes_.size()) {
            const auto part = std::min<std::size_t>(bytes_.size() - given_, 1U << 20);
            // zlib takes a pointer to bytes that are not const and does not write to them.
            std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(given_), part, input_.begin());
            stream_.next_in = input_.data();
            stream_.avail_in = static_cast<uInt>(part);
            given_ += part;
        }
        stream_.next_out = output_.data();
        stream_.avail_out = static_cast<uInt>(output_.size());
        const int result = inflate(&stream_, Z_NO_FLUSH);
        const auto count = output_.size() - stream_.avail_out;
        text.append(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(count));
        return result;
    }

    // gzip files may be put one behind the other; anything else behind the last one is ignored as gzip does.
    bool next_member() {
        const auto behind = bytes_.substr(given_ - stream_.avail_in);
        return behind.starts_with(gzip_magic) && inflateReset(&stream_) == Z_OK;
    }

    std::string_view bytes_;
    const std::string& file_;
    std::size_t limit_;
    std::size_t given_ = 0;  // bytes that zlib has got
    z_stream stream_{};
    std::vector<Bytef> input_ = std::vector<Bytef>(1U << 20), output_ = std::vector<Bytef>(1U << 18);
};

}  // namespace

Document unpack_document(std::string bytes, std::string file, std::size_t limit) {
    Document document;
    if (bytes.starts_with(gzip_magic)) {
        document = Unpacker(bytes, file, limit).unpack();
    } else {
        if (bytes.size() > limit) refuse_length(file, limit);
        document = {std::move(file), std::move(bytes), false};
    }
    if (document.text.starts_with(utf8_mark)) document.text.erase(0, utf8_mark.size());
    return document;
}

Document read_document(const std::filesystem::path& path, std::size_t limit) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > limit) refuse_length(path.string(), limit);
    return unpack_document(read_file(path), path.string(), limit);
}

std::string pack_gzip(std::string_view text) {
    z_stream stream{};
    constexpr int memory = 8;  // zlib's default
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        throw Error(ExitCode::failed, "zlib cannot be initialised");
    std::vector<Bytef> input(text.begin(), text.end());
    std::vector<Bytef> output(deflateBound(&stream, static_cast<uLong>(input.size())));
    stream.next_in = input.data();
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = output.data();
    stream.avail_out = static_cast<uInt>(output.size());
    const int result = deflate(&stream, Z_FINISH);
    const auto count = static_cast<std::ptrdiff_t>(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) throw Error(ExitCode::failed, "a text cannot be packed");
    return std::string(output.begin(), output.begin() + count);
}

void write_document(const std::filesystem::path& path, std::string_view text) {
    write_file(path, path.extension() == ".gz" ? pack_gzip(text) : std::string(text));
}

}  // namespace ridge::tuner
