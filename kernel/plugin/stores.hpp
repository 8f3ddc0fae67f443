// Stores: the service weft.svc.stores/1, by which a store is made of others.
#pragma once

#include <string_view>

#include "plugin/instance.hpp"

namespace weft::plugin {

class Registry;

// Lends to every store component a way to open others through the registry, which checks their
// plugins as those of any store. Other components get nothing; other ids are asked of the rest.
class Stores final {
 public:
  Stores(Registry& registry, Services rest);
  // The table that was lent answers UNSUPPORTED afterwards.
  ~Stores();
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  Services services();

 private:
  struct Lent;
  friend struct StoresService;

  Services rest_;
  Lent* lent_;
};

}  // namespace weft::plugin
