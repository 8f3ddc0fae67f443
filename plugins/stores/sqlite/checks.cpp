#include "checks.hpp"

#include <cstring>

#include "tables.hpp"

namespace weft::sqlite {

Check& Check::number(uint64_t v) {
  char bytes[8];
  std::memcpy(bytes, &v, 8);
  crc_ = crc32c({bytes, 8}, crc_);
  return *this;
}

int64_t check_of(std::string_view run, const RunRow& r) {
  Check check("runs");
  check.number(r.id).text(run).number(r.owner).number(r.last_seq).number(r.truncated);
  return check.number(r.snapshot).number(r.told).text(r.summary).value();
}

int64_t check_of(std::string_view run, const Chunk& c) {
  return Check("records").text(run).number(c.first).number(c.last).text(c.bytes).value();
}

int64_t check_of(std::string_view run, const Snapshot& s) {
  return Check("snapshots").text(run).number(s.seq).number(s.expect).text(s.bytes).value();
}

int64_t check_of(const TimerRow& t) {
  return Check("timers").text(t.run).number(t.seq).number(static_cast<uint64_t>(t.at_ns)).value();
}

int64_t check_of_entry(std::string_view key, std::string_view bytes) {
  return Check("kv").text(key).text(bytes).value();
}

}  // namespace weft::sqlite
