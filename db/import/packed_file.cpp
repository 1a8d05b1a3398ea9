// SPDX-License-Identifier: Apache-2.0
#include "db/import/packed_file.hpp"

#include <zlib.h>

#include <array>

#include "core/error.hpp"
#include "core/file.hpp"

namespace ridge::db {
namespace {

constexpr std::size_t most_bytes = std::size_t{256} << 20U;
constexpr int gzip_only = 16 + MAX_WBITS;  // zlib.h, inflateInit2: gzip instead of zlib

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

class Inflater {
  public:
    Inflater() {
        if (inflateInit2(&stream_, gzip_only) != Z_OK) throw Error(ExitCode::failed, "zlib does not start");
    }
    ~Inflater() { inflateEnd(&stream_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    UnpackedFile unpack(std::string& bytes, const std::string& name) {
        UnpackedFile out;
        stream_.next_in = reinterpret_cast<Bytef*>(bytes.data());
        stream_.avail_in = static_cast<uInt>(bytes.size());
        int status = Z_OK;
        while (status == Z_OK) {
            status = take(out.text);
            if (out.text.size() > most_bytes) throw InputError(name + ": is longer than 256 MiB unpacked");
            // Files may be packed one after the other (RFC 1952, 2.2).
            if (status == Z_STREAM_END && stream_.avail_in > 0) status = inflateReset(&stream_);
        }
        out.cut = status != Z_STREAM_END;
        return out;
    }

  private:
    int take(std::string& text) {
        stream_.next_out = buffer_.data();
        stream_.avail_out = static_cast<uInt>(buffer_.size());
        const int status = inflate(&stream_, Z_NO_FLUSH);
        text.append(reinterpret_cast<const char*>(buffer_.data()), buffer_.size() - stream_.avail_out);
        return status;
    }

    z_stream stream_{};
    std::array<Bytef, 1U << 16U> buffer_{};
};

}  // namespace

UnpackedFile unpack(std::string bytes, const std::string& name) {
    if (bytes.size() > most_bytes) throw InputError(name + ": is longer than 256 MiB");
    if (!is_gzip(bytes)) return {std::move(bytes), false};
    return Inflater().unpack(bytes, name);
}

UnpackedFile read_packed_file(const std::filesystem::path& path) {
    return unpack(read_file(path), path.string());
}

}  // namespace ridge::db
