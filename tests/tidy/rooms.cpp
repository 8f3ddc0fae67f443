// Who may include whom. The order of the kernel's rooms is read from its ARCHITECTURE.md.
#include <algorithm>
#include <array>
#include <cstdint>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

constexpr std::string_view table_path = "kernel/ARCHITECTURE.md";
constexpr std::string_view arrow = "\xe2\x86\x92";

using Rooms = std::vector<std::string_view>;

// A line of at least three words joined by arrows, inside a fence.
Rooms rooms_of(std::string_view document) {
  bool fenced = false;
  for (std::string_view line : lines_of(document)) {
    if (trim(line).starts_with("```")) fenced = !fenced;
    if (!fenced) continue;
    Rooms rooms;
    for (std::string_view rest = line;;) {
      const auto end = rest.find(arrow);
      rooms.push_back(trim(rest.substr(0, end)));
      if (end == std::string_view::npos) break;
      rest = rest.substr(end + arrow.size());
    }
    const bool words = std::all_of(rooms.begin(), rooms.end(), [](std::string_view room) {
      return !room.empty() && std::all_of(room.begin(), room.end(), is_word_char);
    });
    if (words && rooms.size() > 2) return rooms;
  }
  return {};
}

// One include of one file, and what is wrong with it.
class Sight final {
 public:
  Sight(const Tree& tree, const Rooms& rooms, const File& file, const Include& include)
      : tree_(tree), rooms_(rooms), file_(file), include_(include) {}

  Findings run() {
    const std::string_view path = file_.path;
    if (is_below(path, "kernel") && !is_below(path, "kernel/include")) kernel();
    for (std::string_view outside : {"sdk", "plugin-api", "plugins", "hosts", "kernel/include"}) {
      if (is_below(path, outside)) from_outside(outside);
    }
    packages();
    return std::move(findings_);
  }

 private:
  void add(std::string_view rule, const std::string& what, const std::string& instead) {
    const std::string written(include_.path);
    findings_.push_back({file_.path, include_.line, "rooms." + std::string(rule), written,
                         "'" + written + "' " + what, instead});
  }

  std::ptrdiff_t place(std::string_view room) const {
    return std::find(rooms_.begin(), rooms_.end(), room) - rooms_.begin();
  }
  std::ptrdiff_t nowhere() const { return static_cast<std::ptrdiff_t>(rooms_.size()); }

  static std::string_view first_folder(std::string_view path) {
    return path.substr(0, path.find('/'));
  }
  static std::string_view room_of(std::string_view path) {
    return first_folder(path.substr(std::string_view("kernel/").size()));
  }
  bool is_kernel_face() const { return include_.path.starts_with("weft/kernel."); }

  void kernel() {
    const std::string_view own = room_of(file_.path);
    if (own == name_of(file_.path)) return;  // what stands above all rooms sees all of them
    if (include_.angled) {
      if (include_.path.starts_with("weft/sdk/")) {
        add("words", "is for plugins", "use the words in <weft/value.hpp>, <weft/result.hpp>");
      }
      if (is_kernel_face() && place(own) != nowhere() - 1) {
        add("order", "is the face of the whole kernel", "include the room that has it");
      }
      return;
    }
    if (include_.path.find('/') == std::string_view::npos || include_.path.starts_with("..")) {
      return add("spelling", "does not name its room", "write \"room/file.hpp\"");
    }
    const std::string_view other = first_folder(include_.path);
    if (place(own) == nowhere()) {
      return add("table", "is included by a folder that is no room",
                 "add '" + std::string(own) + "' to the table in " + std::string(table_path));
    }
    if (place(other) == nowhere()) {
      add("table", "is in no room", "include a room of " + std::string(table_path));
    } else if (place(other) > place(own)) {
      add("order", "comes after '" + std::string(own) + "'",
          "move what both need to '" + std::string(own) + "' or before it");
    }
  }

  // The folder within which quoted includes may stay: a plugin's or a host's own, or the SDK.
  std::string_view home(std::string_view outside) const {
    const std::size_t depth = outside == "plugins" ? 3 : outside == "hosts" ? 2 : 1;
    std::size_t end = 0;
    for (std::size_t i = 0; i < depth && end != std::string::npos; ++i) {
      end = file_.path.find('/', end + (i == 0 ? 0 : 1));
    }
    return std::string_view(file_.path).substr(0, end);
  }

  void from_outside(std::string_view outside) {
    const bool sees_kernel = outside == "hosts" || outside == "kernel/include";
    if (is_kernel_face() && !sees_kernel) {
      add("outside", "belongs to the kernel", "use plugin-api and the SDK's words");
    }
    if (outside == "plugin-api" && include_.angled) {
      // <string.h> for memcmp: keys are compared inline.
      const bool known = include_.path.starts_with("weft/") || include_.path == "stddef.h" ||
                         include_.path == "stdint.h" || include_.path == "string.h";
      if (!known) add("outside", "is not part of C11's freestanding words", "use <stdint.h> types");
    }
    if (include_.angled) return;
    const auto is_own = [&](std::string_view folder) {
      const std::string target = join(folder, include_.path);
      return tree_.find(target) && is_below(target, home(outside));
    };
    if (!is_own(folder_of(file_.path)) && !is_own(home(outside))) {
      add("outside", "is not in " + std::string(home(outside)), "include <weft/...>");
    }
  }

  void packages() {
    const std::string_view path = file_.path;
    const std::string_view included = include_.path;
    if (is_below(path, "tests")) return;
    if (included.starts_with("boost/")) boost(included.substr(6));
    if (included.starts_with("spdlog/") && !is_below(path, "hosts")) {
      add("door", "enters by hosts only", "log through the host");
    }
    if (included == "sqlite3.h" && !is_below(path, "plugins/stores/sqlite")) {
      add("door", "enters by plugins/stores/sqlite only", "use the store");
    }
    if (included.starts_with("catch2/")) {
      add("door", "enters by tests only", "move the test to tests/unit");
    }
  }

  void boost(std::string_view included) {
    struct Door {
      std::string_view library, place;
    };
    static constexpr std::array<Door, 10> doors{{{"json", "kernel/base/json"},
                                                 {"dll", "kernel/plugin/library."},
                                                 {"asio", "kernel/engine/"},
                                                 {"asio", "hosts/"},
                                                 {"beast", "hosts/"},
                                                 {"program_options", "hosts/"},
                                                 {"system", "kernel/base/json"},
                                                 {"system", "kernel/plugin/library."},
                                                 {"system", "kernel/engine/"},
                                                 {"system", "hosts/"}}};
    // A plugin brings what it links.
    if (is_below(file_.path, "plugins")) return;
    const std::string_view library = included.substr(0, included.find_first_of("/."));
    std::string open;
    for (const Door& door : doors) {
      if (door.library != library) continue;
      if (file_.path.starts_with(door.place)) return;
      open += (open.empty() ? "" : " or ") + std::string(door.place);
    }
    add("door", "has another door", open.empty() ? "use the standard library" : "go by " + open);
  }

  const Tree& tree_;
  const Rooms& rooms_;
  const File& file_;
  const Include& include_;
  Findings findings_;
};

}  // namespace

Findings rooms(const Tree& tree) {
  Findings findings;
  const File* document = tree.find(table_path);
  const Rooms order = document ? rooms_of(document->text) : Rooms{};
  if (order.empty()) {
    findings.push_back({std::string(table_path), 1, "rooms.table", "",
                        "the table of rooms is missing",
                        "write the rooms in order, joined by arrows, in a fenced block"});
    return findings;
  }
  for (const File& file : tree.files()) {
    if (!is_code(file.path)) continue;
    for (const Include& include : includes_of(file.text)) {
      const Findings found = Sight(tree, order, file, include).run();
      findings.insert(findings.end(), found.begin(), found.end());
    }
  }
  return findings;
}

}  // namespace tidy
