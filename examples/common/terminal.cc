// SPDX-License-Identifier: MIT

#include "common/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace examples {
namespace {

struct FillLook {
  char letter;
  std::string_view code;  // of a terminal of 256 colours
  std::string_view hex;
};

const FillLook& LookOf(Fill fill) {
  static constexpr FillLook kLooks[] = {{'.', "48;5;238", "#4a4f57"},
                                        {'+', "48;5;220", "#f2b705"},
                                        {'#', "48;5;35", "#1f9d63"},
                                        {'o', "48;5;71", "#6cc08b"},
                                        {'x', "48;5;0", "#101418"}};
  return kLooks[static_cast<std::size_t>(fill)];
}

}  // namespace

char LetterOf(Fill fill) { return LookOf(fill).letter; }

std::string_view HexColorOf(Fill fill) { return LookOf(fill).hex; }

Terminal Terminal::Detect() {
  Terminal terminal;
  terminal.is_terminal_ = isatty(STDOUT_FILENO) == 1;
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const kind = std::getenv("TERM");
  terminal.has_color_ = terminal.is_terminal_ &&
                        (no_color == nullptr || *no_color == '\0') &&
                        (kind == nullptr || std::string_view(kind) != "dumb");
  winsize size{};
  if (terminal.is_terminal_ && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
      size.ws_col > 0) {
    terminal.width_ = size.ws_col;
  }
  return terminal;
}

Terminal Terminal::WithColor(std::size_t width) {
  Terminal terminal;
  terminal.is_terminal_ = true;
  terminal.has_color_ = true;
  terminal.width_ = width;
  return terminal;
}

std::string Terminal::Styled(std::string_view text, Style style) const {
  static constexpr std::string_view kCodes[] = {"", "1", "2", "1;32", "1;31"};
  return Wrapped(text, kCodes[static_cast<std::size_t>(style)]);
}

std::string Terminal::Cells(Fill fill, std::size_t width) const {
  if (width == 0) return "";
  if (!has_color_) return std::string(width, LetterOf(fill));
  return Wrapped(std::string(width, ' '), LookOf(fill).code);
}

std::string Terminal::Wrapped(std::string_view text,
                              std::string_view code) const {
  if (!has_color_ || code.empty()) return std::string(text);
  return std::string("\x1b[").append(code).append("m").append(text).append(
      "\x1b[0m");
}

}  // namespace examples
