# find_package(weft) for authors of plugins: the headers and weft_add_plugin.
include(${CMAKE_CURRENT_LIST_DIR}/WeftPlugin.cmake)
set(weft_FOUND TRUE)
