// What was told of runs: the tables told_... behind the views events, steps, signals, artifacts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <weft/draft/store.h>

#include "database.hpp"
#include "shown.hpp"
#include "tables.hpp"

namespace weft::sqlite {

// Nothing of it is read back by the store: it is a copy, for people, of what the records hold, and
// carries no checks. What an event is, is decided by its type (README.md).
class Story final {
 public:
  explicit Story(Database& db) : db_(db) {}

  // Writes events of the run with this number; what they say of the run itself.
  // Requires: a transaction is open; the events follow those that were told.
  Result<Told> write(uint64_t id, std::span<const weft_event* const> events);
  // Takes away some of what was told of forgotten runs; whether there is more.
  // Requires: a transaction is open.
  Result<bool> sweep();

 private:
  struct Key {
    std::string_view step;
    uint32_t attempt;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& k) const {
      return std::hash<std::string_view>()(k.step) * 31 + k.attempt;
    }
  };
  // What the events of one call say of an attempt; null is left as it is.
  struct Attempt {
    std::string_view status;
    std::optional<int64_t> started_ns, ended_ns;
    std::optional<uint64_t> input, output, error;
  };

  Result<void> write_event(uint64_t id, const weft_event& e);
  void note_step(const weft_event& e);
  void note_run(const weft_event& e, Told& told);
  Result<void> write_signal(uint64_t id, const weft_event& e);
  Result<void> write_steps(uint64_t id);
  Result<void> write_blobs(uint64_t id, uint64_t seq);

  Database& db_;
  std::string json_;
  std::vector<Blob> blobs_;
  std::unordered_map<Key, Attempt, Hash> attempts_;
  Statement event_{db_, "INSERT OR REPLACE INTO told_events VALUES(?,?,?,?,?,?,?)"};
  Statement step_{db_,
                  "INSERT INTO told_steps VALUES(?,?,?,?,?,?,?,?,?) "
                  "ON CONFLICT(id, step, attempt) DO UPDATE SET status=excluded.status, "
                  "started_ns=coalesce(started_ns, excluded.started_ns), "
                  "ended_ns=coalesce(excluded.ended_ns, ended_ns), "
                  "input_seq=coalesce(excluded.input_seq, input_seq), "
                  "output_seq=coalesce(excluded.output_seq, output_seq), "
                  "error_seq=coalesce(excluded.error_seq, error_seq)"};
  Statement signal_{db_, "INSERT OR REPLACE INTO told_signals VALUES(?,?,?,?,NULL)"};
  Statement consume_{db_,
                     "UPDATE told_signals SET status='consumed', consumed_seq=? "
                     "WHERE id=? AND seq=?"};
  Statement blob_{db_, "INSERT OR IGNORE INTO told_artifacts VALUES(?,?,?,?)"};
  Statement forgotten_{db_, "SELECT min(id) FROM forgotten"};
  Statement drop_events_{db_,
                         "DELETE FROM told_events WHERE id=?1 AND seq < ?2 + "
                         "(SELECT min(seq) FROM told_events WHERE id=?1)"};
  Statement drop_steps_{db_,
                        "DELETE FROM told_steps WHERE id=?1 AND (step, attempt) IN "
                        "(SELECT step, attempt FROM told_steps WHERE id=?1 LIMIT ?2)"};
  Statement drop_signals_{db_,
                          "DELETE FROM told_signals WHERE id=?1 AND seq IN "
                          "(SELECT seq FROM told_signals WHERE id=?1 LIMIT ?2)"};
  Statement drop_artifacts_{db_,
                            "DELETE FROM told_artifacts WHERE id=?1 AND sha256 IN "
                            "(SELECT sha256 FROM told_artifacts WHERE id=?1 LIMIT ?2)"};
  Statement swept_{db_, "DELETE FROM forgotten WHERE id=?"};
};

}  // namespace weft::sqlite
