// The tools of the tutorial (sdk/docs/tutorial.md shows this file in pieces).
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include <weft/sdk.hpp>

namespace {

namespace sdk = weft::sdk;
using weft::Result;
using weft::Value;
using namespace weft::lit;

// [fields]
struct Words {
  std::string_view input;
  int64_t longest = 80;
  std::optional<std::string_view> prefix;
  WEFT_FIELDS(Words, input, longest, prefix);
};

struct Counted {
  int64_t words = 0;
  std::vector<std::string_view> list;
  WEFT_FIELDS(Counted, words, list);
};
// [fields]

// [tool]
struct SplitWords {
  static constexpr std::string_view id = "split_words";
  static constexpr uint32_t flags = 0;  // never blocks: called inline

  Result<Counted> operator()(const Words& in, sdk::Call& call) {
    Counted out;
    for (size_t at = 0; at < in.input.size();) {
      const size_t end = std::min(in.input.find(' ', at), in.input.size());
      const std::string_view word = in.input.substr(at, end - at);
      if (std::cmp_greater(word.size(), in.longest)) return too_long(in, at, word.size());
      if (!word.empty() && word.starts_with(in.prefix.value_or(""))) out.list.push_back(word);
      if (call.cancelled()) return sdk::failure("cancelled", "the call was stopped");
      at = end + 1;
    }
    out.words = static_cast<int64_t>(out.list.size());
    return out;
  }
  // [tool]

  // [error]
  static weft::Error too_long(const Words& in, size_t at, size_t size) {
    return sdk::failure("limit.size", "a word is longer than 'longest'",
                        {{"offset", at}, {"asked", size}, {"limit", in.longest}});
  }
  // [error]
};

// [async]
struct Shout {
  static constexpr std::string_view id = "shout";
  static constexpr uint32_t flags = 0;

  Result<Value> operator()(Value in, sdk::Call& call) {
    const std::string_view text = in["input"_k].as_text();
    const sdk::Host& host = call.host();
    const weft::Status posted = host.post([text, later = call.async()]() mutable {
      std::string loud(text);
      for (char& c : loud) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      later.ok(loud);
    });
    if (posted != weft::Status::ok) call.log(WEFT_LOG_WARN, "the blocking lane is full");
    return sdk::pending;
  }
};
// [async]

// [effect]
struct AppendLine {
  static constexpr std::string_view id = "append_line";

  // Writing a line twice is not the same as writing it once, so the manifest says at_most_once.
  Result<Value> operator()(Value in, sdk::Call& call) {
    const auto fd = call.open_file(in["path"_k].as_text(), WEFT_FILE_APPEND);
    if (!fd) return fd.error();
    const std::string line = std::string(in["input"_k].as_text()) + "\n";
    if (!write_all(*fd, line)) return sdk::failure("tool.io", "the line was not written");
    weft::Builder b = call.builder();
    b.add(line.size());
    return call.meta(b.take_value(), "1 line appended");
  }

  static bool write_all(int fd, std::string_view text);
};
// [effect]

bool AppendLine::write_all(int fd, std::string_view text) {
  bool fine = true;
  while (fine && !text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    fine = n > 0;
    if (fine) text.remove_prefix(static_cast<size_t>(n));
  }
  return ::close(fd) == 0 && fine;
}

}  // namespace

// [plugin]
WEFT_PLUGIN(SplitWords, Shout, AppendLine);
// [plugin]
