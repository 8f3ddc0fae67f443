// One connection to an SQLite file, its statements and transactions, and what its errors mean.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <weft/result.hpp>

namespace weft::sqlite {

struct Settings {
  std::string path;
  std::string vfs;                   // empty: the default file layer
  std::string synchronous = "full";  // full, normal or off
};

class Database final {
 public:
  // Opens the file in WAL mode, making it and its folder where they are missing.
  static Result<Database> open(const Settings& settings);

  Result<void> run(const char* sql);
  // Copies what the WAL holds into the file, as far as readers allow, without waiting for anyone.
  Result<void> checkpoint();
  // Closing the last connection shall not write to the file any more.
  void abandon();

  // What the last failed call on this connection means, said with the path and a remedy.
  Error error(std::string_view doing) const;
  const std::string& path() const { return path_; }
  sqlite3* raw() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  Database(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}
  Result<void> set_up(const Settings& settings);

  std::unique_ptr<sqlite3, Close> db_;
  std::string path_;
};

// A statement that is prepared when it is first used. Invariant: `db` outlives it.
class Statement final {
 public:
  Statement(Database& db, const char* sql) : db_(db), sql_(sql) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(raw_); }

 private:
  friend class Query;
  Database& db_;
  const char* sql_;
  sqlite3_stmt* raw_ = nullptr;
};

// One use of a statement: bind in order of the question marks, then step. Texts and blobs are not
// copied and must live until the query ends.
class Query final {
 public:
  explicit Query(Statement& statement);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { sqlite3_reset(statement_.raw_); }

  Query& text(std::string_view v);
  Query& blob(std::string_view v);
  Query& number(int64_t v);
  Query& natural(uint64_t v) { return number(static_cast<int64_t>(v)); }
  template <class T>
  Query& maybe(const std::optional<T>& v) {
    if (!v) return nothing();
    if constexpr (std::is_convertible_v<T, std::string_view>) {
      return text(*v);
    } else {
      return number(static_cast<int64_t>(*v));
    }
  }
  Query& nothing();  // NULL

  Result<bool> step();  // whether there is a row
  Result<void> finish();

  bool is_null(int column) const { return type(column) == SQLITE_NULL; }
  int64_t number_at(int column) const { return sqlite3_column_int64(statement_.raw_, column); }
  uint64_t natural_at(int column) const { return static_cast<uint64_t>(number_at(column)); }
  std::string_view bytes_at(int column) const;

 private:
  int type(int column) const { return sqlite3_column_type(statement_.raw_, column); }

  Statement& statement_;
  int next_ = 1;
};

// The statements around a transaction, prepared once.
struct Brackets {
  explicit Brackets(Database& db)
      : reading(db, "BEGIN"), writing(db, "BEGIN IMMEDIATE"), commit(db, "COMMIT") {}
  Statement reading, writing, commit;
};

// Ends what was begun: by commit, or by going back when it is left without one.
class Transaction final {
 public:
  Transaction(Database& db, Brackets& brackets) : db_(db), brackets_(brackets) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Result<void> read() { return begin(brackets_.reading); }
  Result<void> write() { return begin(brackets_.writing); }
  Result<void> commit();

 private:
  Result<void> begin(Statement& bracket);

  Database& db_;
  Brackets& brackets_;
  bool is_open_ = false;
};

}  // namespace weft::sqlite
