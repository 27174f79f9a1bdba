// Digraphs, universal character names, and how they look behind `#`.
#include <fenv.h>
#include <stdio.h>
#include <string.h>

%:define joined(x, y) x %:%: y
%:define text(x) %:x
#define text_of(x) text(x)

static int caf\u00e9(int \u03b1<::>) <% return \u03b1<:1:> + 1; %>
struct point { int \U000003b2; };
#define na\u00efve 40

int main(void) {
    int α[2] = {1, 2}, *alpha = α;
    struct point p = {.β = 5};
    printf("%d %d %d\n", café(α), p.\u03b2, na\u00efve + naïve);
    printf("%s %s %s\n", text(<: :> <% %> %: %:%:), text([ ] { } # ##), text_of(joined(%:, %:)));
    printf("%d\n", --(int){7} + joined(al, pha)[0]);
    printf("%s %zu\n", "\u20ac", strlen("\U0001f600"));
    fesetround(FE_TONEAREST);
    printf("%d %d\n", fegetround() == FE_TONEAREST, fetestexcept(FE_ALL_EXCEPT) == 0);
    return 0;
}
