// The options that verbs share, as help shows them.
#pragma once

#include "arguments.hpp"

namespace weft::cli {

inline constexpr Option global_options[] = {
    {"color", 0, "WHEN", "auto, never or always; auto respects NO_COLOR and pipes"},
    {"help", 'h', "", "explain the verb"},
};

inline constexpr Option plugin_options[] = {
    {"plugins", 0, "DIR", "look for plugins here first; repeatable, also WEFT_PLUGINS"},
    {"log", 0, "LEVEL", "trace, debug, info, warn (default), error or off"},
};

inline constexpr Option store_options[] = {
    {"store", 0, "URL", "sqlite:PATH, a bare PATH, or memory; also WEFT_STORE"},
};

inline constexpr Option engine_options[] = {
    {"threads", 0, "N", "threads for steps that may block; default: one per core"},
    {"sink", 0, "ID", "send events to this sink, as ID:key=value,...; repeatable"},
    {"hook", 0, "ID", "ask this hook, as ID:key=value,...; repeatable"},
    {"resource", 0, "NAME=N", "so many at once, or with N/min in a minute; repeatable"},
    {"hooks", 0, "MODE", "compose them: sequential, parallel or voting:threshold=0.5,ties=first"},
    {"quiet", 'q', "", "show no progress"},
    {"json", 0, "", "print the whole outcome as one JSON document, and nothing else"},
};

inline constexpr Option input_options[] = {
    {"input", 'i', "JSON", "the input; also @FILE, or - for standard input"},
    {"set", 's', "KEY=VALUE", "set one key of the input; a.b nests, JSON or else text"},
};

inline constexpr Option grant_options[] = {
    {"allow-read", 0, "GLOB", "let steps read these files, such as 'in/**'; repeatable"},
    {"allow-write", 0, "GLOB", "let steps write these files; repeatable"},
};

}  // namespace weft::cli
