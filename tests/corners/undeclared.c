main()
{
    char *text = malloc(20);
    strcpy(text, "undeclared");
    printf("%s %d %.1f %lld %.2f\n", text, (int)strlen(text), 2.5, 1LL << 40, sqrt(2.0));
    free(text);
    return twice(21);
}

twice(n)
{
    return 2 * n;
}
