"""The guestbook's page and its form."""

from __future__ import annotations

from arlen import Context, Controller, Response, get, post

from tech_demo.guestbook import Guestbook


class GuestbookPage(Controller):
    prefix = "/tech-demo/guestbook"
    name = "guestbook"

    @get("/", name="index")
    async def index(self, ctx: Context, book: Guestbook) -> Response:
        return await self._page(ctx, book)

    @post("/", name="sign")
    async def sign(self, ctx: Context, book: Guestbook) -> Response:
        form = await ctx.request.form()
        name, message = str(form.get("name", "")).strip(), str(form.get("message", "")).strip()
        problems = [
            f"Please write your {field}." for field, value in (("name", name), ("message", message)) if not value
        ]
        if problems:
            return await self._page(ctx, book, name=name, message=message, problems=problems, status=422)
        await book.sign(name[:60], message[:500])
        return ctx.redirect(ctx.url_for("guestbook.index"), status=303)

    async def _page(
        self,
        ctx: Context,
        book: Guestbook,
        *,
        name: str = "",
        message: str = "",
        problems: list[str] | None = None,
        status: int = 200,
    ) -> Response:
        page = {"entries": await book.latest(), "total": await book.total(), "name": name, "message": message}
        return ctx.render("guestbook", {**page, "problems": problems or []}, status=status)
