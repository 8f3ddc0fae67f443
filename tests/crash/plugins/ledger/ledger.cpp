// tool.ledger: one line per call, on the disk before it answers.
#include <weft/sdk.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <string>

using namespace weft::lit;
using weft::Result;
using weft::Value;

namespace {

Result<Value> write_down(Value in, weft::sdk::Call& call) {
  const std::string file(in["file"_k].as_text());
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_SYNC | O_CLOEXEC, 0600);
  if (fd < 0) return weft::sdk::failure("tool.failed", "cannot open " + file);
  std::string line(in["step"_k].as_text());
  line += ' ' + std::to_string(call.attempt()) + ' ' + std::string(call.idem_key()) + '\n';
  const bool written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  ::close(fd);
  if (!written) return weft::sdk::failure("tool.failed", "cannot write " + file);
  return in["step"_k];
}

}  // namespace

struct LedgerOnce {
  static constexpr std::string_view id = "ledger_once";
  Result<Value> operator()(Value in, weft::sdk::Call& call) const { return write_down(in, call); }
};

struct LedgerKeyed {
  static constexpr std::string_view id = "ledger_keyed";
  Result<Value> operator()(Value in, weft::sdk::Call& call) const { return write_down(in, call); }
};

WEFT_PLUGIN(LedgerOnce, LedgerKeyed);
