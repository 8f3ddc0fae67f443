// Bare commits: the least that any durable step can cost, measured on the same disk.
#pragma once

#include <sqlite3.h>

#include <string>

namespace bench {

// One row a transaction, WAL, full synchronisation.
class BareCommits final {
 public:
  BareCommits();
  ~BareCommits();
  BareCommits(const BareCommits&) = delete;
  BareCommits& operator=(const BareCommits&) = delete;

  double one_ns();

 private:
  std::string path_;
  std::string bytes_ = std::string(200, 'x');
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace bench
