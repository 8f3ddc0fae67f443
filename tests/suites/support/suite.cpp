#include "suite.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.hpp"

namespace weft::suite {

Run::Run(std::string_view folder) : folder_(folder) {
  const char* set = std::getenv("WEFT_SUITES");
  const auto path = std::filesystem::path(set != nullptr ? set : WEFT_SUITES_BESIDE) / folder;
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec)) path_ = path.string();
}

std::optional<std::string> Run::text(std::string_view file) {
  std::ifstream in(path_ + "/" + std::string(file), std::ios::binary);
  if (in) return std::string(std::istreambuf_iterator<char>(in), {});
  expect(false, file, "cannot be read");
  return std::nullopt;
}

Value Run::json(std::string_view file) {
  const auto content = text(file);
  if (!content) return null_value();
  const auto value = base::parse_json(*content, blocks_.arena());
  if (value) return *value;
  expect(false, file, value.error().message);
  return null_value();
}

std::vector<std::string> Run::files(std::string_view folder, std::string_view ending) const {
  std::vector<std::string> found;
  std::error_code ec;
  const auto path = std::filesystem::path(path_) / folder;
  for (const auto& entry : std::filesystem::directory_iterator(path, ec)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(ending)) found.push_back(std::string(folder) + "/" + name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

void Run::expect(bool good, std::string_view name, std::string_view why) {
  ++ran_;
  if (good) return;
  ++failed_;
  std::printf("failed: %.*s: %.*s\n", static_cast<int>(name.size()), name.data(),
              static_cast<int>(why.size()), why.data());
}

int Run::end() const {
  if (!has_data()) {
    std::printf("skipped: conformance data not found (set WEFT_SUITES)\n");
    return 77;
  }
  std::printf("%s: %u cases, %u failed\n", folder_.c_str(), ran_, failed_);
  return ran_ != 0 && failed_ == 0 ? 0 : 1;
}

}  // namespace weft::suite
