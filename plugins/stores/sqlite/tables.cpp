#include "tables.hpp"

#include <algorithm>
#include <cstring>

#include "columns.hpp"
#include "crc32c.hpp"
#include "varint.hpp"

namespace weft::sqlite {
namespace {

using lit::operator""_k;

// A row of records holds what one step of tend() found of a run, up to about this much.
constexpr size_t packed_bytes_max = 256U << 10U;

// The check of a row: its table, its key and everything that a reader relies on.
class Check final {
 public:
  explicit Check(std::string_view table) : crc_(crc32c(table)) {}
  Check& number(uint64_t v) {
    char bytes[8];
    std::memcpy(bytes, &v, 8);
    crc_ = crc32c({bytes, 8}, crc_);
    return *this;
  }
  Check& text(std::string_view v) {
    number(v.size());
    crc_ = crc32c(v, crc_);
    return *this;
  }
  int64_t value() const { return crc_; }

 private:
  uint32_t crc_;
};

int64_t check_run(std::string_view run, const RunRow& r) {
  return Check("runs")
      .text(run)
      .number(r.owner)
      .number(r.last_seq)
      .number(r.truncated)
      .text(r.summary)
      .value();
}
int64_t check_record(std::string_view run, const Chunk& c) {
  return Check("records").text(run).number(c.first).number(c.last).text(c.bytes).value();
}
int64_t check_snapshot(std::string_view run, uint64_t seq, std::string_view bytes) {
  return Check("snapshots").text(run).number(seq).text(bytes).value();
}
int64_t check_timer(std::string_view run, uint64_t seq, int64_t at_ns) {
  return Check("timers").text(run).number(seq).number(static_cast<uint64_t>(at_ns)).value();
}
int64_t check_entry(std::string_view key, std::string_view bytes) {
  return Check("kv").text(key).text(bytes).value();
}

}  // namespace

bool has_ended(const RunRow& row) {
  const Held summary(row.summary);
  return is_ended(summary.value()["status"_k].as_text());
}

Error Tables::damaged(std::string_view table, std::string_view key) const {
  Error e{Status::corrupt, "store.corrupt",
          "'" + db_.path() + "' is damaged: the row of '" + std::string(key) + "' in the table '" +
              std::string(table) + "' does not match its CRC32C"};
  e.hint = "restore the file from a backup";
  return e;
}

Result<uint64_t> Tables::lsn() {
  Query q(lsn_);
  auto row = q.step();
  if (!row) return row.error();
  if (!*row || q.number_at(0) < 0) return damaged("meta", "lsn");
  return q.natural_at(0);
}

Result<RunRow> Tables::read_run(const Query& q, std::string_view run) const {
  RunRow r{q.natural_at(0), q.natural_at(1), q.natural_at(2), std::string(q.bytes_at(3))};
  if (check_run(run, r) != q.number_at(4)) return damaged("runs", run);
  return r;
}

Result<std::optional<RunRow>> Tables::run(std::string_view run) {
  Query q(run_);
  q.text(run);
  auto row = q.step();
  if (!row) return row.error();
  if (!*row) return std::optional<RunRow>();
  auto r = read_run(q, run);
  if (!r) return r.error();
  return std::optional(std::move(*r));
}

Result<std::string_view> Tables::read_entry(const Query& q, std::string_view key) const {
  const std::string_view bytes = q.bytes_at(0);
  if (check_entry(key, bytes) != q.number_at(1)) return damaged("kv", key);
  return bytes;
}

Result<std::optional<std::string>> Tables::entry(std::string_view key) {
  Query q(entry_);
  q.text(key);
  auto row = q.step();
  if (!row) return row.error();
  if (!*row) return std::optional<std::string>();
  auto bytes = read_entry(q, key);
  if (!bytes) return bytes.error();
  return std::optional<std::string>(*bytes);
}

Result<std::optional<std::pair<uint64_t, std::string>>> Tables::snapshot(std::string_view run) {
  std::optional<std::pair<uint64_t, std::string>> found;
  Query q(snapshot_);
  q.text(run);
  auto row = q.step();
  if (!row) return row.error();
  if (!*row) return found;
  const std::string_view bytes = q.bytes_at(1);
  if (check_snapshot(run, q.natural_at(0), bytes) != q.number_at(2)) {
    return damaged("snapshots", run);
  }
  found.emplace(q.natural_at(0), bytes);
  return found;
}

Result<Chunk> Tables::read_record(const Query& q, std::string_view run) const {
  const Chunk c{q.natural_at(0), q.natural_at(1), q.bytes_at(2)};
  if (check_record(run, c) != q.number_at(3)) return damaged("records", run);
  return c;
}

bool unpack(std::string_view& packed, Chunk& c) {
  uint64_t more = 0;
  c.first = c.last + 1;
  if (!take_natural(packed, more) || !take_text(packed, c.bytes)) return false;
  c.last = c.first + more;
  return true;
}

Result<TimerRow> Tables::read_timer(const Query& q) const {
  TimerRow t{std::string(q.bytes_at(0)), q.natural_at(1), q.number_at(2)};
  if (check_timer(t.run, t.seq, t.at_ns) != q.number_at(3)) return damaged("timers", t.run);
  return t;
}

Result<std::vector<uint64_t>> Tables::open_owners() {
  std::vector<uint64_t> owners;
  Query q(open_owners_);
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) return owners;
    owners.push_back(q.natural_at(0));
  }
}

Result<void> Tables::project(const Tail& tail) {
  for (const auto& [run, changes] : tail.runs()) {
    if (auto done = project_run(run, changes); !done) return done;
    if (auto done = project_records(run, changes); !done) return done;
    if (auto done = project_timers(run, changes); !done) return done;
  }
  for (const auto& [key, bytes] : tail.entries()) {
    if (auto done = project_entry(key, bytes); !done) return done;
  }
  if (auto done = Query(drop_log_).natural(tail.lsn()).finish(); !done) return done;
  return Query(set_lsn_).natural(tail.lsn()).finish();
}

Result<void> Tables::project_run(std::string_view run, const RunTail& tail) {
  auto known = this->run(run);
  if (!known) return known.error();
  RunRow r = known->value_or(RunRow{});
  if (tail.owner) r.owner = *tail.owner;
  if (tail.last_seq != 0) r.last_seq = tail.last_seq;
  if (tail.summary) r.summary = *tail.summary;
  r.truncated = std::max(r.truncated, tail.truncated);
  const Held held(r.summary);
  const Columns c = columns_of(held.value());
  if (*known && (*known)->owner == r.owner && has_ended(**known) == c.is_ended) {
    Query q(update_run_);
    q.text(c.status).text(c.workflow).text(c.definition).text(c.tags).text(c.created);
    q.text(c.updated).text(c.error).natural(r.last_seq).natural(r.truncated).blob(r.summary);
    return q.number(check_run(run, r)).text(run).finish();
  }
  Query q(put_run_);
  q.text(run).text(c.status).text(c.workflow).text(c.definition).text(c.tags).text(c.created);
  q.text(c.updated).text(c.error).number(c.is_ended ? 1 : 0).natural(r.owner);
  q.natural(r.last_seq).natural(r.truncated).blob(r.summary).number(check_run(run, r));
  return q.finish();
}

Result<void> Tables::project_records(std::string_view run, const RunTail& tail) {
  if (tail.truncated != 0) {
    auto done = Query(drop_records_).text(run).natural(tail.truncated).finish();
    if (!done) return done;
  }
  Chunk packed;
  std::string bytes_of_all;
  for (const Chunk& c : tail.records) {
    if (bytes_of_all.empty()) packed.first = c.first;
    packed.last = c.last;
    put_natural(bytes_of_all, c.last - c.first);
    put_text(bytes_of_all, c.bytes);
    if (bytes_of_all.size() < packed_bytes_max && &c != &tail.records.back()) continue;
    packed.bytes = bytes_of_all;
    Query q(put_record_);
    q.text(run).natural(packed.first).natural(packed.last).blob(packed.bytes);
    if (auto done = q.number(check_record(run, packed)).finish(); !done) return done;
    bytes_of_all.clear();
  }
  if (!tail.snapshot) return {};
  const auto& [seq, bytes] = *tail.snapshot;
  Query q(put_snapshot_);
  return q.text(run).natural(seq).blob(bytes).number(check_snapshot(run, seq, bytes)).finish();
}

Result<void> Tables::project_timers(std::string_view run, const RunTail& tail) {
  for (const auto& [seq, at] : tail.timers) {
    if (!at) {
      if (auto done = Query(drop_timer_).text(run).natural(seq).finish(); !done) return done;
      continue;
    }
    const std::string text = to_rfc3339(*at);
    Query q(put_timer_);
    q.text(run).natural(seq).number(*at).text(text).number(check_timer(run, seq, *at));
    if (auto done = q.finish(); !done) return done;
  }
  return {};
}

Result<void> Tables::project_entry(std::string_view key, std::optional<std::string_view> bytes) {
  if (!bytes) return Query(drop_entry_).text(key).finish();
  return Query(put_entry_).text(key).blob(*bytes).number(check_entry(key, *bytes)).finish();
}

}  // namespace weft::sqlite
