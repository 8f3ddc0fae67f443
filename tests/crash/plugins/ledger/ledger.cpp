// tool.ledger: tells another process of each call, and goes on when that has written it down.
#include <weft/sdk.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

using namespace weft::lit;
using weft::Result;
using weft::Value;

namespace {

// Whether the witness has it.
bool tell(const std::string& address, const std::string& line) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (address.size() >= sizeof to.sun_path) return false;
  std::memcpy(to.sun_path, address.c_str(), address.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char answer = 0;
  const bool told =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      ::send(fd, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size()) &&
      ::read(fd, &answer, 1) == 1;
  ::close(fd);
  return told;
}

Result<Value> write_down(Value in, weft::sdk::Call& call) {
  const std::string key(call.idem_key());
  const std::string line = "call " + std::string(in["step"_k].as_text()) + ' ' +
                           std::to_string(call.attempt()) + ' ' + (key.empty() ? "-" : key) + '\n';
  if (!tell(std::string(in["ledger"_k].as_text()), line)) {
    return weft::sdk::failure("tool.failed", "the witness does not answer");
  }
  if (call.attempt() <= in["fails"_k].as_u64()) {
    return weft::sdk::failure("tool.io", "not this time");
  }
  return in["step"_k];
}

// All answer alike; they differ in what the manifest says of their effect.
struct Witnessed {
  Result<Value> operator()(Value in, weft::sdk::Call& call) const { return write_down(in, call); }
};

}  // namespace

struct LedgerPure : Witnessed {
  static constexpr std::string_view id = "ledger_pure";
};
struct LedgerRead : Witnessed {
  static constexpr std::string_view id = "ledger_read";
};
struct LedgerKeyed : Witnessed {
  static constexpr std::string_view id = "ledger_keyed";
};
struct LedgerUndone : Witnessed {
  static constexpr std::string_view id = "ledger_undone";
};
struct LedgerOnce : Witnessed {
  static constexpr std::string_view id = "ledger_once";
};

WEFT_PLUGIN(LedgerPure, LedgerRead, LedgerKeyed, LedgerUndone, LedgerOnce);
