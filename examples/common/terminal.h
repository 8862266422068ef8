// SPDX-License-Identifier: MIT
//
// What standard output can show.

#ifndef SEATFIELD_EXAMPLES_COMMON_TERMINAL_H_
#define SEATFIELD_EXAMPLES_COMMON_TERMINAL_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace examples {

enum class Style { kPlain, kBold, kDim, kGood, kBad };

// What a cell of a bar or a picture is filled with.
enum class Fill { kFree, kHeld, kSold, kSoldNext, kBlocked };

class Terminal {
 public:
  // Of this process: colour on a terminal, unless NO_COLOR is set.
  static Terminal Detect();

  // One with colour that is so wide.
  static Terminal WithColor(std::size_t width);

  bool is_terminal() const { return is_terminal_; }
  bool has_color() const { return has_color_; }
  std::size_t width() const { return width_; }

  std::string Styled(std::string_view text, Style style) const;

  // `width` cells of one fill: a colour, or the fill's letter.
  std::string Cells(Fill fill, std::size_t width) const;

 private:
  std::string Wrapped(std::string_view text, std::string_view code) const;

  bool is_terminal_ = false;
  bool has_color_ = false;
  std::size_t width_ = 80;
};

// The letter of a fill where there is no colour, and its colour in a picture.
char LetterOf(Fill fill);
std::string_view HexColorOf(Fill fill);

}  // namespace examples

#endif  // SEATFIELD_EXAMPLES_COMMON_TERMINAL_H_
