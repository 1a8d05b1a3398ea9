// SPDX-License-Identifier: Apache-2.0
#include "db/file.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <optional>

#include "core/error.hpp"

namespace ridge::db {
namespace {

namespace fs = std::filesystem;

// What the first 100 bytes say (SQLite file format, section 1.3), read without SQLite: a file that is refused
// for it is not even touched by a lock or a side file.
struct Header {
    bool empty = false;
    bool sqlite = false;
    bool wal = false;
    std::int64_t version = 0;
    std::int64_t application = 0;
    std::uintmax_t bytes = 0;  ///< that the file should have; 0 where the header does not know
};

std::int64_t big_endian(const char* bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<std::int32_t>(value);
}

// The count of pages is valid when it was written together with the change counter.
std::uintmax_t expected_bytes(const char* header) {
    if (std::memcmp(header + 24, header + 92, 4) != 0) return 0;
    const auto size = static_cast<std::uintmax_t>(big_endian(header + 16) >> 16 & 0xffff);
    return (size == 1 ? 65536 : size) * static_cast<std::uint32_t>(big_endian(header + 28));
}

Header read_header(const fs::path& path) {
    constexpr char magic[] = "SQLite format 3";
    std::array<char, 100> bytes{};
    std::ifstream file(path, std::ios::binary);
    if (!file) throw EnvironmentError(path.string() + " cannot be read; check its permissions");
    file.read(bytes.data(), bytes.size());
    Header header;
    header.empty = file.gcount() == 0;
    header.sqlite = file.gcount() == bytes.size() && std::memcmp(bytes.data(), magic, sizeof magic) == 0;
    header.wal = bytes[18] == 2;
    header.version = big_endian(&bytes[60]);
    header.application = big_endian(&bytes[68]);
    header.bytes = expected_bytes(bytes.data());
    return header;
}

[[noreturn]] void fail_missing(const fs::path& path) {
    throw InputError(path.string() + ": there is no store here; is the path right? 'ridge tune --db " +
                     path.string() + "' measures this machine into a new one");
}

void refuse_place(const fs::path& path, Access access) {
    std::error_code ignored;
    if (path.empty()) throw InputError("the path of the store is empty; give a file name");
    if (fs::is_directory(path, ignored))
        throw InputError(path.string() + " is a folder; give the path of the store's file");
    std::error_code unusable;
    if (fs::exists(path, unusable)) return;
    // A missing file is no error here; a folder that may not be searched, or a name that is too long, is.
    if (unusable == std::errc::permission_denied)
        throw EnvironmentError(path.string() + " cannot be reached; check the permissions of its folder");
    if (unusable) throw InputError(path.string() + ": no usable path: " + unusable.message());
    if (access != Access::create) fail_missing(path);
    const auto folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, ignored))
        throw InputError(path.string() + ": the folder " + folder.string() +
                         " does not exist; make it or give another path");
}

// SQLite itself forgives a last page that is cut. A -wal or -journal file says that somebody may be making
// the file longer at this moment; looked for before the size, so that it is the size after them.
void refuse_cut(const fs::path& path, const Header& header) {
    std::error_code ignored;
    for (const char* suffix : {"-wal", "-journal"})
        if (const fs::path beside = path.string() + suffix;
            fs::exists(beside, ignored) && fs::file_size(beside, ignored) > 0)
            return;
    const auto bytes = fs::file_size(path, ignored);
    if (!ignored && bytes < header.bytes)
        fail_damaged(path, "its end is missing: " + std::to_string(bytes) + " of " +
                               std::to_string(header.bytes) + " bytes");
}

// The application id is written with the first version and stays; the version in the file may be behind that
// in the -wal file, never ahead of it. A header of zero for both is left to SQLite, which also sees the -wal
// file.
std::optional<Header> checked_header(const fs::path& path, Access access, std::size_t known) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return std::nullopt;
    const auto header = read_header(path);
    if (header.empty && access == Access::create) return std::nullopt;
    if (header.empty) fail_damaged(path, "the file is empty");
    if (!header.sqlite) fail_damaged(path, "it does not begin like a SQLite file");
    if (header.application != 0 && header.application != application_id) fail_foreign(path);
    if (header.application != 0 && header.version > static_cast<std::int64_t>(known))
        fail_newer(path, header.version, known);
    refuse_cut(path, header);
    return header;
}

// A store in WAL mode needs its -shm file even to be read. Where the folder permits none (a read-only medium,
// somebody else's folder), nobody writes through this path either, so it is safe to read without locks,
// unless a -wal file holds changes that such a reading would not see.
std::unique_ptr<Connection> open_for_reading(const fs::path& path, const Header& header) {
    auto connection = std::make_unique<Connection>(path, OpenMode::read_only);
    if (!header.wal || connection->side_files_permitted()) return connection;
    const fs::path wal = path.string() + "-wal";
    std::error_code ignored;
    if (fs::exists(wal, ignored) && fs::file_size(wal, ignored) > 0)
        throw EnvironmentError(
            path.string() + " has changes in " + wal.string() +
            " that cannot be read where no file can be made; copy both to a folder that you can write");
    return std::make_unique<Connection>(path, OpenMode::immutable);
}

std::unique_ptr<Connection> open_for_writing(const fs::path& path, Access access) {
    auto connection = std::make_unique<Connection>(
        path, access == Access::create ? OpenMode::create : OpenMode::read_write);
    if (connection->read_only())
        throw EnvironmentError(path.string() + " cannot be written; check its permissions");
    return connection;
}

// Foreign keys stay off until the file is of the current version, since a step may rebuild a table that
// others refer to.
void configure(Connection& connection, const OpenOptions& options) {
    connection.set_busy_timeout(options.busy_timeout);
    connection.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF");
}

void limit_size(Connection& connection, std::int64_t max_bytes) {
    if (max_bytes <= 0) return;
    const auto pages = max_bytes / connection.integer("PRAGMA page_size");
    connection.execute("PRAGMA max_page_count = " + std::to_string(pages));
}

}  // namespace

std::unique_ptr<Connection> open_file(const fs::path& path, Access access, const OpenOptions& options,
                                      std::span<const Migration> steps) {
    refuse_place(path, access);
    const auto header = checked_header(path, access, steps.size());
    const bool reading = access == Access::read_only;
    auto connection =
        reading ? open_for_reading(path, header.value_or(Header{})) : open_for_writing(path, access);
    configure(*connection, options);
    // Until it is known to be a store of ours that is whole, nothing is written, not even what waits in a
    // -wal file.
    connection->set_checkpoint_on_close(false);
    if (reading) {
        require_current(*connection, steps);
    } else {
        migrate(*connection, steps);
        connection->use_wal(options.busy_timeout);
        connection->set_checkpoint_on_close(true);
        limit_size(*connection, options.max_bytes);
    }
    // 64 MiB of pages at most: keys of rows are random, and an import of hundreds of thousands touches all of
    // them.
    connection->execute("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536");
    return connection;
}

}  // namespace ridge::db
