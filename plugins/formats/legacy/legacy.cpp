// format.legacy: definitions in the dialects of before, read as the ones that they mean.
#include <algorithm>

#include <weft/sdk/format.hpp>
#include <weft/sdk/plugin.hpp>

#include "reading.hpp"
#include "writer.hpp"

namespace weft::legacy {
namespace {

using lit::operator""_k;
using sdk::follow;
using sdk::refused;
using sdk::set_place;

bool read_checked(std::string_view text, Reading& reading) {
  return sdk::check(text, "split it", reading.fault) && read(text, reading);
}

// Lines and columns of places that come in their order.
class Places final {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  void to(uint32_t at) {
    for (; at_ < std::min<size_t>(at, text_.size()); ++at_) {
      const auto byte = static_cast<uint8_t>(text_[at_]);
      if (byte == '\n') {
        ++line_;
        column_ = 1;
      } else if ((byte & 0xC0U) != 0x80U) {
        ++column_;
      }
    }
  }
  int64_t line() const { return line_; }
  int64_t column() const { return column_; }

 private:
  std::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1, column_ = 1;
};

void write(const Finding& finding, std::string_view text, Places& places, Builder& out) {
  places.to(finding.place.at);
  out.begin_object();
  out.set("line"_k, places.line());
  out.set("column"_k, places.column());
  out.set("kind"_k, name_of(finding.kind));
  out.set("text"_k, text.substr(finding.place.at, finding.place.end - finding.place.at));
  out.set("what"_k, std::string_view(finding.what));
  out.set("becomes"_k, std::string_view(finding.becomes));
  out.set("confidence"_k, finding.confidence / 100.0);
  if (!finding.command.empty()) out.set("command"_k, std::string_view(finding.command));
  out.end_object();
}

}  // namespace

// The definition alone. What cannot be said of it is never left out in silence.
struct Legacy final {
  static constexpr std::string_view id = "legacy";

  Result<Value> parse(std::string_view text, Arena arena, weft_place& at) const {
    Reading reading;
    if (!read_checked(text, reading)) return refused(text, reading.fault, at);
    const Finding* lost = reading.first(Kind::lost);
    if (!reading.is_converted()) {
      const Finding& why = *reading.first(Kind::refused);
      return refused(text,
                     {Status::bad_input, "migrate.not_converted",
                      why.what + " is no definition: " + why.becomes, "write by hand what it did",
                      why.place.at},
                     at);
    }
    if (lost != nullptr) {
      return refused(text,
                     {Status::bad_input, "migrate.lossy",
                      "of this text something would be lost: " + lost->what,
                      "'weft migrate analyze' lists it, 'convert --allow-lossy' leaves it out",
                      lost->place.at},
                     at);
    }
    Builder out(arena);
    sdk::write(reading.definition, out);
    return out.take_value();
  }

  bool locate(std::string_view text, std::string_view pointer, weft_place& at) const {
    Reading reading;
    if (!read_checked(text, reading)) return false;
    bool is_found = false;
    const Span place = follow(reading.definition, pointer, is_found)->place;
    set_place(text, place.at, place.end - place.at, at);
    return is_found;
  }
};

// Everything that was found: {dialect, said, mode?, confidence, losses, findings[], definition?,
// yaml?}.
struct LegacyReport final {
  static constexpr std::string_view id = "legacy_report";

  Result<Value> parse(std::string_view text, Arena arena, weft_place& at) const {
    Reading reading;
    if (!read_checked(text, reading)) return refused(text, reading.fault, at);
    Builder out(arena);
    out.begin_object();
    out.set("dialect"_k, name_of(reading.dialect));
    out.set("said"_k, words_of(reading.dialect));
    if (!reading.mode.empty()) out.set("mode"_k, std::string_view(reading.mode));
    out.set("confidence"_k, reading.confidence / 100.0);
    int64_t losses = 0;
    Places places(text);
    out.key("findings"_k);
    out.begin_array();
    for (const Finding& one : reading.findings) {
      losses += one.kind == Kind::lost ? 1 : 0;
      write(one, text, places, out);
    }
    out.end_array();
    out.set("losses"_k, losses);
    if (reading.is_converted()) {
      out.key("definition"_k);
      sdk::write(reading.definition, out);
      out.set("yaml"_k, std::string_view(to_yaml(text, reading)));
    }
    out.end_object();
    return out.take_value();
  }

  bool locate(std::string_view text, std::string_view pointer, weft_place& at) const {
    set_place(text, 0, 0, at);
    return pointer.empty();
  }
};

}  // namespace weft::legacy

WEFT_PLUGIN(weft::legacy::Legacy, weft::legacy::LegacyReport);
