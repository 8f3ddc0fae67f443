#include "database.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace weft::sqlite {
namespace {

constexpr int busy_ms_max = 10'000;
constexpr int busy_pause_ms = 2;

std::string folder_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A new folder is durable only when the one above it was synced.
void sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

Error file_error(const std::string& path, std::string_view doing, int number) {
  Error e{Status::failed, "store.io",
          std::string(doing) + " '" + path + "' failed: " + std::strerror(number)};
  e.hint = "check that the folder exists and that this user may write in it";
  return e;
}

Result<void> make_folder(const std::string& path) {
  const std::string folder = folder_of(path);
  if (::mkdir(folder.c_str(), 0700) == 0) {
    sync_folder(folder_of(folder));
    return {};
  }
  if (errno == EEXIST) return {};
  return file_error(folder, "making the folder", errno);
}

// SQLite would make the file readable for all; its side files take over the mode of this one. It is
// never opened here: closing it would drop the locks of other connections of this process.
Result<void> make_file(const std::string& path) {
  if (::mknod(path.c_str(), S_IFREG | 0600, 0) == 0 || errno == EEXIST) return {};
  return file_error(path, "making the file", errno);
}

struct Meaning {
  int code;
  Status status;
  std::string_view name;
  std::string_view hint;
};

constexpr Meaning meanings[] = {
    {SQLITE_BUSY, Status::busy, "store.busy",
     "another process holds the file for long; end it, or try again"},
    {SQLITE_LOCKED, Status::busy, "store.busy", "try again"},
    {SQLITE_FULL, Status::limit, "resource.disk", "free space on the disk, then try again"},
    {SQLITE_NOMEM, Status::no_memory, "resource.memory", "free memory, then try again"},
    {SQLITE_CORRUPT, Status::corrupt, "store.corrupt",
     "the file is damaged; restore it from a backup"},
    {SQLITE_NOTADB, Status::corrupt, "store.corrupt",
     "the file is no SQLite database; give another path or restore it from a backup"},
    {SQLITE_CANTOPEN, Status::failed, "store.io",
     "check that the folder exists and that this user may write in it"},
    {SQLITE_READONLY, Status::failed, "store.io",
     "check that this user may write the file and its folder"},
    {SQLITE_IOERR, Status::failed, "store.io",
     "check the disk, then open the store again; nothing more is written until then"},
};

Meaning meaning_of(int code) {
  for (const Meaning& m : meanings) {
    if (m.code == (code & 0xff)) return m;
  }
  return {code, Status::failed, "store.io", "open the store again"};
}

}  // namespace

Result<Database> Database::open(const Settings& settings) {
  if (auto made = make_folder(settings.path); !made) return made.error();
  if (settings.vfs.empty()) {
    if (auto made = make_file(settings.path); !made) return made.error();
  }
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const char* vfs = settings.vfs.empty() ? nullptr : settings.vfs.c_str();
  const int code = sqlite3_open_v2(settings.path.c_str(), &raw, flags, vfs);
  if (raw == nullptr) return Error{Status::no_memory, "resource.memory", "no memory for SQLite"};
  Database db(raw, settings.path);
  if (code != SQLITE_OK) return db.error("opening");
  if (auto ready = db.set_up(settings); !ready) return ready.error();
  return db;
}

Result<void> Database::set_up(const Settings& settings) {
  sqlite3_extended_result_codes(raw(), 1);
  sqlite3_busy_timeout(raw(), busy_ms_max);
  const std::string sync = "PRAGMA synchronous=" + settings.synchronous;
  for (const char* sql : {sync.c_str(), "PRAGMA wal_autocheckpoint=0", "PRAGMA cell_size_check=ON",
                          "PRAGMA trusted_schema=OFF"}) {
    if (auto done = run(sql); !done) return done;
  }
  Statement mode(*this, "PRAGMA journal_mode=WAL");
  // Two processes that begin a file at once both want it alone for a moment. SQLite does not wait
  // then as it does otherwise.
  for (int waited_ms = 0; waited_ms < busy_ms_max; waited_ms += busy_pause_ms) {
    auto tried = Query(mode).step();
    if (tried || tried.error().status != Status::busy) break;
    sqlite3_sleep(busy_pause_ms);
  }
  Query q(mode);
  auto row = q.step();
  if (!row) return row.error();
  if (*row && q.bytes_at(0) == "wal") return {};
  Error e{Status::failed, "store.io", "'" + path_ + "' cannot have a write-ahead log"};
  e.hint = "keep the file on a local file system";
  return e;
}

Result<void> Database::run(const char* sql) {
  if (sqlite3_exec(raw(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return error("using");
}

Result<void> Database::checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return {};
  return error("checkpointing");
}

void Database::abandon() { sqlite3_db_config(raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

Error Database::error(std::string_view doing) const {
  const int code = sqlite3_extended_errcode(raw());
  const Meaning m = meaning_of(code);
  Error e{m.status, std::string(m.name),
          std::string(doing) + " '" + path_ + "' failed: " + sqlite3_errmsg(raw()) + " (" +
              sqlite3_errstr(code) + ", code " + std::to_string(code) + ")"};
  e.hint = m.hint;
  return e;
}

Query::Query(Statement& statement) : statement_(statement) {
  if (statement_.raw_ != nullptr) return;
  sqlite3_prepare_v3(statement_.db_.raw(), statement_.sql_, -1, SQLITE_PREPARE_PERSISTENT,
                     &statement_.raw_, nullptr);
}

// A null pointer would bind NULL instead of an empty text.
Query& Query::text(std::string_view v) {
  sqlite3_bind_text64(statement_.raw_, next_++, v.empty() ? "" : v.data(), v.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}

Query& Query::blob(std::string_view v) {
  sqlite3_bind_blob64(statement_.raw_, next_++, v.empty() ? "" : v.data(), v.size(), SQLITE_STATIC);
  return *this;
}

Query& Query::number(int64_t v) {
  sqlite3_bind_int64(statement_.raw_, next_++, v);
  return *this;
}

Query& Query::nothing() {
  sqlite3_bind_null(statement_.raw_, next_++);
  return *this;
}

Result<bool> Query::step() {
  if (statement_.raw_ == nullptr) return statement_.db_.error("preparing a statement for");
  const int code = sqlite3_step(statement_.raw_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return statement_.db_.error("using");
}

Result<void> Query::finish() {
  auto row = step();
  if (!row) return row.error();
  return {};
}

std::string_view Query::bytes_at(int column) const {
  const void* p = sqlite3_column_blob(statement_.raw_, column);
  const int n = sqlite3_column_bytes(statement_.raw_, column);
  return p != nullptr ? std::string_view(static_cast<const char*>(p), static_cast<size_t>(n))
                      : std::string_view();
}

Transaction::~Transaction() {
  if (is_open_ && sqlite3_get_autocommit(db_.raw()) == 0) {
    sqlite3_exec(db_.raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Result<void> Transaction::begin(Statement& bracket) {
  auto begun = Query(bracket).finish();
  is_open_ = static_cast<bool>(begun);
  return begun;
}

Result<void> Transaction::commit() {
  auto done = Query(brackets_.commit).finish();
  if (done) is_open_ = false;
  return done;
}

}  // namespace weft::sqlite
