import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../../testing/accessibility.ts";
import { openSystemsFolder, row } from "../../testing/openWindow.tsx";

describe("the filters of a search", () => {
  test("stand beneath the field while something is searched for, and set words in it", async () => {
    const { fake, user } = await openSystemsFolder();
    expect(screen.queryByRole("toolbar", { name: "Filters" })).toBeNull();
    const field = screen.getByRole("textbox", { name: "Search all files" });
    await user.type(field, "raft");
    await user.click(await screen.findByRole("button", { name: "Kind" }));
    await user.click(await screen.findByRole("menuitemradio", { name: "PDF" }));
    expect(field).toHaveValue("raft kind:pdf");
    await waitFor(() => {
      const opened = fake.calls.filter(({ command }) => command === "openView").map(({ args }) => args[0]);
      expect(opened).toContainEqual({
        source: { kind: "search", text: "raft kind:pdf" },
        sort: "relevance",
        order: "descending",
      });
    });
    await row("Raft, annotated.pdf");

    await user.click(screen.getByRole("button", { name: "Kind: PDF" }));
    await expectAccessible();
    await user.click(await screen.findByRole("menuitemradio", { name: "Any" }));
    expect(field).toHaveValue("raft");
  });
});
