# weft_add_plugin(<name> [SOURCES <file>...] [LINK <target>...])
#
# Builds the plugin of the current folder, as plugin.json describes it: a module named
# <kind>.<name>.so in ${WEFT_PLUGIN_DIR} that exports the one symbol weft_plugin_v1 and carries its
# manifest, so that it can be listed without being loaded. SOURCES defaults to <name>.cpp.
# Sets the target weft_plugin_<kind>_<name>.
#
# Outside of weft's own tree this file is all that is needed, nothing of weft is built or linked:
#
#   cmake_minimum_required(VERSION 3.25)
#   project(hello LANGUAGES C CXX)
#   include(<weft>/sdk/cmake/WeftPlugin.cmake)      # or find_package(weft PATHS <weft>/sdk/cmake)
#   weft_add_plugin(hello)
include_guard(GLOBAL)
cmake_policy(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/WeftManifest.cmake)

if(NOT DEFINED WEFT_PLUGIN_DIR)
  set(WEFT_PLUGIN_DIR ${CMAKE_BINARY_DIR}/plugins CACHE PATH "Where plugins are built")
endif()

# The manifest is embedded by a C file.
get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if(NOT "C" IN_LIST languages)
  enable_language(C)
endif()

# The headers, where weft's own build has not defined them: beside this file, in the source tree or
# in an installation.
if(NOT TARGET weft::sdk)
  find_path(WEFT_SDK_INCLUDE_DIR weft/sdk.hpp REQUIRED NO_DEFAULT_PATH
            PATHS ${CMAKE_CURRENT_LIST_DIR}/../include ${CMAKE_CURRENT_LIST_DIR}/../../../include)
  find_path(WEFT_API_INCLUDE_DIR weft/plugin.h REQUIRED NO_DEFAULT_PATH
            PATHS ${CMAKE_CURRENT_LIST_DIR}/../../plugin-api/include ${WEFT_SDK_INCLUDE_DIR})
  mark_as_advanced(WEFT_SDK_INCLUDE_DIR WEFT_API_INCLUDE_DIR)
  add_library(weft::sdk INTERFACE IMPORTED GLOBAL)
  target_include_directories(weft::sdk INTERFACE ${WEFT_SDK_INCLUDE_DIR} ${WEFT_API_INCLUDE_DIR})
  target_compile_features(weft::sdk INTERFACE cxx_std_20)
endif()

# Writes the C file that carries a manifest in the section .weft: magic, length, check, JSON.
function(_weft_embed manifest to)
  file(SIZE ${manifest} bytes)
  file(SHA256 ${manifest} digest)
  string(REGEX MATCH "^(..)(..)(..)(..)" _ ${digest})
  set(check "0x${CMAKE_MATCH_1}, 0x${CMAKE_MATCH_2}, 0x${CMAKE_MATCH_3}, 0x${CMAKE_MATCH_4}")
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/manifest.c.in ${to} @ONLY)
  set_source_files_properties(${to} PROPERTIES OBJECT_DEPENDS ${manifest})
endfunction()

# One exported symbol, no undefined ones, and nothing that would pin or leak.
function(_weft_seal target)
  set_target_properties(${target} PROPERTIES
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(WIN32)
    return()
  endif()
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.version)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE -Wl,--version-script=${script})
  if(NOT WEFT_SANITIZE)  # the sanitizers' own symbols come from the program
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
endfunction()

function(weft_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "weft_add_plugin(${name}): unknown words: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_SOURCES)
    set(arg_SOURCES ${name}.cpp)
  endif()

  set(manifest ${CMAKE_CURRENT_SOURCE_DIR}/plugin.json)
  weft_check_manifest(${manifest} ${name})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest})
  set(embedded ${CMAKE_CURRENT_BINARY_DIR}/${kind}.${name}.manifest.c)
  _weft_embed(${manifest} ${embedded})

  set(target weft_plugin_${kind}_${name})
  add_library(${target} MODULE ${arg_SOURCES} ${embedded})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${kind}.${name} SUFFIX ${CMAKE_SHARED_LIBRARY_SUFFIX}
    LIBRARY_OUTPUT_DIRECTORY ${WEFT_PLUGIN_DIR})
  target_link_libraries(${target} PRIVATE weft::sdk ${arg_LINK})
  if(TARGET weft_strict)
    target_link_libraries(${target} PRIVATE weft_strict)
  endif()
  _weft_seal(${target})
  set_property(GLOBAL APPEND PROPERTY WEFT_PLUGINS
               "${kind}|${name}|${target}|${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()
