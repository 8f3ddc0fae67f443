#include "row.hpp"

#include <algorithm>
#include <cstring>

#include <weft/flat.hpp>
#include <weft/value.hpp>

#include "crc32c.hpp"

namespace weft::sqlite {
namespace {

constexpr std::string_view magic = "WFL\x01";  // the last byte is the version of the grammar
constexpr size_t head_bytes = 8;
constexpr std::string_view outbox = "outbox/";

uint32_t check_of(std::string_view body, uint64_t lsn) {
  char number[8];
  std::memcpy(number, &lsn, 8);
  return crc32c(body, crc32c({number, 8}));
}

Error refused(const weft_sop& op, std::string_view what) {
  return {Status::bad_input, "store.bad_operation",
          "operation " + std::to_string(op.kind) + " on '" + std::string(to_view(op.key)) + "' " +
              std::string(what)};
}

constexpr uint64_t sequence_max = INT64_MAX;

Result<void> check_append(const weft_sop& op) {
  const bool follows = op.expect == 0 ? op.seq > 0 : op.seq == op.expect + 1;
  if (op.expect >= sequence_max || !follows || op.last < op.seq || op.last > sequence_max) {
    return refused(op, "needs expect + 1 = seq <= last, or expect 0 for the first records");
  }
  return {};
}

Result<void> check_put(const weft_sop& op) {
  const std::string_view key = to_view(op.key);
  for (const std::string_view own : {"run/", "timer/", "untold/", "owner/", "epoch/"}) {
    if (key.starts_with(own)) return refused(op, "uses a prefix that the store keeps for itself");
  }
  if (op.last > 1) return refused(op, "needs last 0, or 1 to put only what is new");
  return {};
}

uint64_t zigzag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1U) ^ static_cast<uint64_t>(v >> 63);
}
int64_t unzigzag(uint64_t v) { return static_cast<int64_t>((v >> 1U) ^ (~(v & 1U) + 1U)); }

Error damaged(uint64_t lsn, std::string_view what) {
  Error e{Status::corrupt, "store.corrupt",
          "row " + std::to_string(lsn) + " of the log is damaged: " + std::string(what)};
  e.hint = "restore the file from a backup";
  return e;
}

}  // namespace

Result<void> check(const weft_sop& op) {
  if (op.size < sizeof(weft_sop)) return refused(op, "is shorter than its structure");
  if (op.kind < WEFT_SOP_APPEND || op.kind > WEFT_SOP_FORGET) {
    return Error{Status::unsupported, "store.unsupported",
                 "operation " + std::to_string(op.kind) + " is not known to store.sqlite 1.0"};
  }
  if (op.key.n == 0) return refused(op, "has no key");
  if (op.seq > sequence_max) return refused(op, "has a sequence above 2^63");
  if (op.kind == WEFT_SOP_APPEND) return check_append(op);
  if (op.kind == WEFT_SOP_KV_PUT) return check_put(op);
  if (op.kind == WEFT_SOP_SNAPSHOT && op.expect != 0 && op.seq <= op.expect) {
    return refused(op, "needs expect < seq");
  }
  return {};
}

bool concerns_run(uint32_t kind) {
  return kind != WEFT_SOP_KV_PUT && kind != WEFT_SOP_KV_DELETE && kind != WEFT_SOP_OUTBOX;
}

void RowWriter::start(uint64_t epoch, uint64_t ops) {
  row_.assign(magic);
  row_.append(head_bytes - magic.size(), '\0');
  last_key_at_ = last_key_bytes_ = 0;
  natural(epoch);
  natural(ops);
}

// The length of a key counts from 1; 0 stands for the key of the operation before.
void RowWriter::head(uint32_t kind, std::string_view key) {
  row_.push_back(static_cast<char>(kind));
  if (key == std::string_view(row_).substr(last_key_at_, last_key_bytes_)) return natural(0);
  natural(key.size() + 1);
  last_key_at_ = row_.size();
  last_key_bytes_ = key.size();
  row_.append(key);
}

void RowWriter::add(const weft_sop& op) {
  const std::string_view key = to_view(op.key);
  if (op.kind == WEFT_SOP_OUTBOX) {
    flat_.assign(outbox).append(key);
    head(WEFT_SOP_KV_PUT, flat_);
    return text(to_view(op.bytes));
  }
  const bool adds = op.kind == WEFT_SOP_SNAPSHOT && op.expect != 0;
  head(adds ? op_addition : op.kind, key);
  switch (op.kind) {
    case WEFT_SOP_APPEND:
      natural(op.seq);
      natural(op.last - op.seq);
      return text(to_view(op.bytes));
    case WEFT_SOP_RUN:
      flat_.clear();
      flatten(op.val, flat_);
      return text(flat_);
    case WEFT_SOP_SNAPSHOT:
      natural(op.seq);
      if (adds) natural(op.seq - op.expect);
      return text(to_view(op.bytes));
    case WEFT_SOP_KV_PUT: return text(to_view(op.bytes));
    case WEFT_SOP_TIMER_SET: natural(op.seq); return natural(zigzag(op.at_ns));
    case WEFT_SOP_TRUNCATE:
    case WEFT_SOP_TIMER_DELETE: return natural(op.seq);
    default: return;
  }
}

void RowWriter::add_claim(std::string_view run) { head(op_claim, run); }

std::string_view RowWriter::seal(uint64_t lsn) {
  const uint32_t crc = check_of(std::string_view(row_).substr(head_bytes), lsn);
  std::memcpy(&row_[magic.size()], &crc, sizeof crc);
  return row_;
}

Result<RowReader> RowReader::open(std::string_view row, uint64_t lsn) {
  if (row.size() < head_bytes || !row.starts_with(magic.substr(0, 3))) {
    return damaged(lsn, "it does not start as a row does");
  }
  uint32_t crc;
  std::memcpy(&crc, row.data() + magic.size(), sizeof crc);
  const std::string_view body = row.substr(head_bytes);
  if (row[3] != magic[3] || crc != check_of(body, lsn)) {
    return damaged(lsn, "its CRC32C does not match");
  }
  RowReader reader(body, lsn);
  if (!reader.natural(reader.epoch_) || !reader.natural(reader.left_)) {
    return damaged(lsn, "it has no head");
  }
  return reader;
}

bool RowReader::read(Op& op) {
  if (rest_.empty()) return false;
  op = {};
  op.kind = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  uint64_t n = 0;
  if (!natural(n) || n > rest_.size() + 1) return false;
  if (n != 0) {
    key_ = rest_.substr(0, n - 1);
    rest_.remove_prefix(n - 1);
  }
  op.key = key_;
  uint64_t at = 0;
  switch (op.kind) {
    case WEFT_SOP_APPEND:
      if (!natural(op.first) || !natural(op.last) || !text(op.bytes)) return false;
      op.last += op.first;
      return true;
    case WEFT_SOP_SNAPSHOT: return natural(op.first) && text(op.bytes);
    case op_addition:
      if (!natural(op.first) || !natural(at) || at > op.first || !text(op.bytes)) return false;
      op.kind = WEFT_SOP_SNAPSHOT;
      op.expect = op.first - at;
      return true;
    case WEFT_SOP_RUN:
    case WEFT_SOP_KV_PUT: return text(op.bytes);
    case WEFT_SOP_TRUNCATE:
    case WEFT_SOP_TIMER_DELETE: return natural(op.first);
    case WEFT_SOP_TIMER_SET:
      if (!natural(op.first) || !natural(at)) return false;
      op.at_ns = unzigzag(at);
      return true;
    case WEFT_SOP_KV_DELETE:
    case WEFT_SOP_FORGET:
    case op_claim: return true;
    default: return false;
  }
}

Result<bool> RowReader::next(Op& op) {
  if (left_ == 0) {
    if (!rest_.empty()) return damaged(lsn_, "bytes follow its last operation");
    return false;
  }
  --left_;
  if (!read(op)) return damaged(lsn_, "an operation cannot be read");
  return true;
}

}  // namespace weft::sqlite
