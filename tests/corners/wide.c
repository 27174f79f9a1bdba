/* Wide strings, and files without a name. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

int main(void)
{
    wchar_t text[20] = L"one";
    char line[20];
    FILE *file = tmpfile();

    wcscat(text, L", two");
    wcsncat(text, L"three", 3);
    printf("%ls %d %d\n", text, (int)wcslen(text), (int)wcsnlen(text, 4));
    printf("%d %d %d\n", wcscmp(L"a", L"b") < 0, wcsncmp(L"abc", L"abd", 2), wmemcmp(L"b", L"a", 1) > 0);
    printf("%ls|%ls|%ls|%d\n", wcschr(text, L','), wcsrchr(text, L't'), wcsstr(text, L"two"), wcsstr(text, L"x") == NULL);
    wcsncpy(text, L"ab", 4);
    printf("%d %d %ls\n", text[1], text[3], text);
    fprintf(file, "line %d\n", 7);
    rewind(file);
    printf("%s", fgets(line, sizeof line, file));
    fclose(file);
    return 0;
}
