// Layers: documents of a layered store in a folder, and what stands under its keys.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "store_host.hpp"

namespace weft::test {

inline std::string write(const std::string& file, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

// A document NAME.json with a first layer NAME.db of its own, and whatever follows it.
inline Place document(const Folder& folder, const std::string& name, std::string_view others) {
  std::string text = R"({"layers": [{"name": "local", "at": "sqlite:)" + name + R"(.db"})";
  if (!others.empty()) text.append(", ").append(others);
  return {write(folder / (name + ".json"), text + "]}"), ""};
}

inline std::string at(StoreHost& store, std::string_view key) {
  const Reply reply = store.get(key);
  if (reply.status == WEFT_NOT_FOUND) return "-";
  if (reply.status != WEFT_OK) return "refused: " + reply.message;
  return std::string(reply.value.as_bytes());
}

inline std::vector<std::string> keys(StoreHost& store, std::string_view prefix,
                                     std::string_view after = {}, uint32_t max = 0) {
  using lit::operator""_k;
  std::vector<std::string> found;
  const Reply reply = store.scan(prefix, after, max);
  if (reply.status != WEFT_OK) found.push_back(reply.message);
  for (const Value entry : reply.value) found.emplace_back(entry["key"_k].as_text());
  return found;
}

}  // namespace weft::test
